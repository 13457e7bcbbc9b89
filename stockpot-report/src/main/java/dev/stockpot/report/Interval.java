package dev.stockpot.report;

/// Where a proportion lies, at 95 %.
///
/// @param low end
/// @param high end
public record Interval(double low, double high) {
  /// The normal distribution's 97.5 % quantile.
  private static final double Z = 1.959963984540054;

  /// Wilson's score interval.
  ///
  /// @param share of successes, from 0 to 1
  /// @param n number of trials, at least 1
  /// @see <a href="https://doi.org/10.1080/01621459.1927.10502953">Wilson 1927</a>
  static Interval wilson(double share, int n) {
    double square = Z * Z / n;
    double centre = (share + square / 2) / (1 + square);
    double reach = Z / (1 + square) * Math.sqrt(share * (1 - share) / n + square / (4 * n));
    return new Interval(Math.max(0, centre - reach), Math.min(1, centre + reach));
  }
}
