package dev.stockpot.eval;

import java.util.Arrays;

/// A metric that is the mean of a number per example.
public interface MeanMetric extends WeightedMetric {

  /// Each example's number.
  ///
  /// @return one per example
  @Override
  double[] perExample(Predictions predictions, Targets targets);

  /// The best number an example can get; no example gets a better one.
  @Override
  double best();

  @Override
  default double[] sums(double[] perExample) {
    return perExample;
  }

  @Override
  default double[] weights(double[] perExample) {
    return equalWeights(perExample.length);
  }

  /// The sum in the order of the examples, divided by their number.
  @Override
  default double of(double[] perExample, Targets targets) {
    double sum = 0;
    for (double each : perExample) {
      sum += each;
    }
    return sum / targets.size();
  }

  /// A weight of 1 for each example.
  static double[] equalWeights(int examples) {
    double[] weights = new double[examples];
    Arrays.fill(weights, 1);
    return weights;
  }
}
