package dev.stockpot.statistics;

/// The standard normal distribution.
final class Normal {
  private Normal() {}

  /// Chance of at most `z`, to a relative error near 1e-13.
  static double atMost(double z) {
    if (z > 0) {
      return 1 - atMost(-z);
    }
    double density = StrictMath.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
    if (z < -3) {
      // Laplace's continued fraction.
      double fraction = 0;
      for (int i = 200; i > 0; i--) {
        fraction = i / (-z + fraction);
      }
      return density / (-z + fraction);
    }
    // Marsaglia's series.
    double term = -z;
    double sum = -z;
    for (int i = 3; Math.abs(term) > 1e-18 * sum; i += 2) {
      term *= z * z / i;
      sum += term;
    }
    return 0.5 - density * sum;
  }

  /// The `z` that a normal number is at most with chance `p`; infinite for 0 and 1.
  static double quantile(double p) {
    if (p == 0.5) {
      return 0;
    }
    if (p <= 0 || p >= 1) {
      return p <= 0 ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }
    double low = -40;
    double high = 40;
    while (true) {
      double middle = (low + high) / 2;
      if (middle <= low || middle >= high) {
        return middle;
      }
      if (atMost(middle) < p) {
        low = middle;
      } else {
        high = middle;
      }
    }
  }
}
