package dev.stockpot.eval;

import java.util.Arrays;
import java.util.Comparator;

/// Spearman's rank correlation: Pearson's of the ranks, equal numbers sharing the mean of theirs.
/// NaN where predictions or targets are all the same, or one is NaN.
public record Spearman() implements RegressionMetric {

  @Override
  public String name() {
    return "spearman";
  }

  @Override
  public boolean higherIsBetter() {
    return true;
  }

  @Override
  public double of(double[] predicted, double[] values) {
    boolean missing = Arrays.stream(predicted).anyMatch(Double::isNaN);
    return missing ? Double.NaN : Pearson.correlation(ranks(predicted), ranks(values));
  }

  /// Ranks from 1; of equal numbers the mean.
  static double[] ranks(double[] values) {
    Integer[] order = new Integer[values.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble(i -> values[i] + 0.0)); // One zero, not two.
    double[] ranks = new double[values.length];
    for (int first = 0; first < order.length; ) {
      int end = first + 1;
      while (end < order.length && values[order[end]] == values[order[first]]) {
        end++;
      }
      for (int i = first; i < end; i++) {
        ranks[order[i]] = (first + 1 + end) / 2.0;
      }
      first = end;
    }
    return ranks;
  }
}
