package dev.stockpot.eval;

import java.util.List;

/// How stored examples become the model's input: `(x / scale − mean) / std`, in float32, then the
/// layout.
///
/// @param layout how axes are arranged
/// @param scale divides every value; not 0
/// @param mean per channel (the last axis as stored), or one for all
/// @param std per channel, or one for all; none is 0
/// @param images what is done with image files before that
public record InputSpec(
    Layout layout, double scale, List<Double> mean, List<Double> std, ImageSpec images) {

  /// Handed to the model untouched.
  public static final InputSpec AS_IS = new InputSpec(Layout.AS_IS, 1, List.of(0.0), List.of(1.0));

  /// How axes are arranged.
  public enum Layout {
    /// Stored n×h×w×c, transposed to n×c×h×w.
    NCHW,
    /// Stored and used as n×…×c.
    NHWC,
    /// Neither transposed nor converted nor scaled.
    AS_IS
  }

  /// For anything but image files.
  public InputSpec(Layout layout, double scale, List<Double> mean, List<Double> std) {
    this(layout, scale, mean, std, ImageSpec.NONE);
  }

  /// @throws IllegalArgumentException for a zero or non-finite divisor
  public InputSpec {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    if (scale == 0 || !Double.isFinite(scale) || std.contains(0.0)) {
      throw new IllegalArgumentException("scale and std must be finite and not 0");
    }
  }
}
