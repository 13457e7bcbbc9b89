package dev.stockpot.statistics;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/// How two measurements of the same things go together.
public final class Correlation {
  private Correlation() {}

  /// Pearson's: 1 and −1 for points on a line, NaN where one of the two does not vary.
  ///
  /// @throws IllegalArgumentException unless there are equally many of both
  public static double pearson(double[] x, double[] y) {
    checkLengths(x, y);
    double meanX = Arrays.stream(x).average().orElse(0);
    double meanY = Arrays.stream(y).average().orElse(0);
    double squaresX = 0;
    double squaresY = 0;
    double products = 0;
    for (int i = 0; i < x.length; i++) {
      squaresX += (x[i] - meanX) * (x[i] - meanX);
      squaresY += (y[i] - meanY) * (y[i] - meanY);
      products += (x[i] - meanX) * (y[i] - meanY);
    }
    return Math.clamp(products / Math.sqrt(squaresX) / Math.sqrt(squaresY), -1.0, 1.0);
  }

  /// Spearman's: that of the ranks, ties sharing the mean of theirs.
  ///
  /// @throws IllegalArgumentException unless there are equally many of both
  public static double spearman(double[] x, double[] y) {
    checkLengths(x, y);
    return pearson(ranks(x), ranks(y));
  }

  private static double[] ranks(double[] values) {
    int[] order =
        IntStream.range(0, values.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> values[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] ranks = new double[values.length];
    int from = 0;
    for (int to = 1; to <= order.length; to++) {
      if (to == order.length || values[order[to]] != values[order[from]]) {
        for (int i = from; i < to; i++) {
          ranks[order[i]] = (from + to - 1) / 2.0;
        }
        from = to;
      }
    }
    return ranks;
  }

  private static void checkLengths(double[] x, double[] y) {
    if (x.length != y.length) {
      throw new IllegalArgumentException(x.length + " and " + y.length + " values");
    }
  }
}
