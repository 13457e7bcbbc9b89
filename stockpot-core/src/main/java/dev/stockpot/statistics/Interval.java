package dev.stockpot.statistics;

/// Where a value is taken to lie.
public record Interval(double low, double high) {

  /// Wilson's interval for a share, such as an accuracy; unlike the usual one it stays within 0 and
  /// 1 and is right for shares near them.
  ///
  /// @param hits of the `n`
  /// @param n at least 1
  /// @param confidence such as 0.95
  /// @see <a href="https://doi.org/10.1080/01621459.1927.10502953">Wilson 1927</a>
  public static Interval wilson(long hits, long n, double confidence) {
    if (n < 1 || hits < 0 || hits > n) {
      throw new IllegalArgumentException(hits + " of " + n);
    }
    double z = Normal.quantile((1 + confidence) / 2);
    double share = (double) hits / n;
    double centre = share + z * z / (2 * n);
    double half = z * Math.sqrt(share * (1 - share) / n + z * z / (4.0 * n * n));
    double scale = 1 + z * z / n;
    return new Interval(
        hits == 0 ? 0 : (centre - half) / scale, hits == n ? 1 : (centre + half) / scale);
  }
}
