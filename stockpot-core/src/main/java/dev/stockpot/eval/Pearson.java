package dev.stockpot.eval;

import java.util.Arrays;

/// Pearson's correlation of predictions and targets; NaN where either are all the same.
public record Pearson() implements RegressionMetric {

  @Override
  public String name() {
    return "pearson";
  }

  @Override
  public boolean higherIsBetter() {
    return true;
  }

  @Override
  public double of(double[] predicted, double[] values) {
    return correlation(predicted, values);
  }

  /// In two passes, and kept between -1 and 1 where rounding goes beyond.
  static double correlation(double[] a, double[] b) {
    double meanA = Arrays.stream(a).average().orElse(Double.NaN);
    double meanB = Arrays.stream(b).average().orElse(Double.NaN);
    double products = 0;
    double squaresA = 0;
    double squaresB = 0;
    boolean constantA = true;
    boolean constantB = true;
    for (int i = 0; i < a.length; i++) {
      double fromA = a[i] - meanA;
      double fromB = b[i] - meanB;
      products += fromA * fromB;
      squaresA += fromA * fromA;
      squaresB += fromB * fromB;
      constantA &= a[i] == a[0];
      constantB &= b[i] == b[0];
    }
    if (constantA || constantB) {
      return Double.NaN;
    }
    return Math.clamp(products / Math.sqrt(squaresA) / Math.sqrt(squaresB), -1.0, 1.0);
  }
}
