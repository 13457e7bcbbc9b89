package dev.stockpot.eval;

import java.util.Optional;
import java.util.OptionalInt;

/// What is done with an image file before its pixels become numbers: resized as Pillow does it,
/// then the centre cut out.
///
/// @param interpolation for resizing
/// @param shorter length of the shorter side; the longer one follows
/// @param exact size to resize to, instead
/// @param crop size of the centre
public record ImageSpec(
    Interpolation interpolation, OptionalInt shorter, Optional<Size> exact, Optional<Size> crop) {
  /// Images as they are.
  public static final ImageSpec NONE =
      new ImageSpec(
          Interpolation.BILINEAR, OptionalInt.empty(), Optional.empty(), Optional.empty());

  /// How new pixels come from old ones; both with antialiasing.
  public enum Interpolation {
    BILINEAR,
    BICUBIC
  }

  /// Height and width in pixels, each at least 1.
  public record Size(int height, int width) {
    public Size {
      if (height < 1 || width < 1) {
        throw new IllegalArgumentException(height + "×" + width);
      }
    }
  }

  /// @throws IllegalArgumentException for two sizes to resize to
  public ImageSpec {
    if (shorter.isPresent() && exact.isPresent()) {
      throw new IllegalArgumentException("resized twice");
    }
  }
}
