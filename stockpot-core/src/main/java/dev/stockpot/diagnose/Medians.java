package dev.stockpot.diagnose;

import java.util.Arrays;
import java.util.stream.DoubleStream;

/// The middle of some numbers.
final class Medians {
  private Medians() {}

  /// The mean of the two in the middle, where there is an even number; NaNs are left out, and NaN
  /// is the median of none.
  static double of(DoubleStream values) {
    double[] sorted = values.filter(value -> !Double.isNaN(value)).toArray();
    Arrays.sort(sorted);
    int n = sorted.length;
    return n == 0 ? Double.NaN : (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  }
}
