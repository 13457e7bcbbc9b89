package dev.stockpot.internal.image;

/// Which pixels of a line make each pixel of the resized line, and by what weights.
///
/// Pixel `i` of the result has its centre at `c = (i + ½)·scale` of the source, `scale` being the
/// quotient of their lengths. Where the line becomes shorter the filter is widened by `scale`, so
/// that every source pixel counts (antialiasing). Weights beyond the ends are left out, and the
/// rest is normalised to a sum of 1, in fixed point, so that sums of bytes are exact.
final class ResampleAxis {
  /// Bits after the point: Pillow's, so that ties are broken alike.
  static final int BITS = 22;

  /// A weight of 1.
  static final int ONE = 1 << BITS;

  private final int[] first;
  private final int[][] weights;

  private ResampleAxis(int[] first, int[][] weights) {
    this.first = first;
    this.weights = weights;
  }

  /// @param length of the source line
  /// @param resized length of the whole result
  /// @param from first pixel of the result that is wanted
  /// @param count how many are
  static ResampleAxis of(ResampleFilter filter, int length, int resized, int from, int count) {
    double scale = (double) length / resized;
    double widening = Math.max(1, scale);
    double reach = filter.support() * widening;
    int[] first = new int[count];
    int[][] weights = new int[count][];
    for (int i = 0; i < count; i++) {
      double centre = (from + i + 0.5) * scale;
      int begin = Math.max(0, (int) Math.ceil(centre - reach - 0.5));
      int end = Math.min(length, (int) Math.floor(centre + reach - 0.5) + 1);
      double[] raw = new double[end - begin];
      double sum = 0;
      for (int k = 0; k < raw.length; k++) {
        raw[k] = filter.weight((begin + k + 0.5 - centre) / widening);
        sum += raw[k];
      }
      first[i] = begin;
      weights[i] = new int[raw.length];
      for (int k = 0; k < raw.length; k++) {
        weights[i][k] = (int) Math.round(raw[k] / sum * ONE);
      }
    }
    return new ResampleAxis(first, weights);
  }

  /// The first source pixel that makes a pixel of the result.
  int first(int pixel) {
    return first[pixel];
  }

  /// Weights of the source pixels from the first on, times [#ONE].
  int[] weights(int pixel) {
    return weights[pixel];
  }

  /// How many pixels come out.
  int count() {
    return first.length;
  }

  /// The first source pixel that any result needs.
  int begin() {
    return first[0];
  }

  /// One after the last source pixel that any result needs.
  int end() {
    return first[first.length - 1] + weights[first.length - 1].length;
  }
}
