package dev.stockpot.eval;

/// A metric that rises with a weighted mean, `Σ sumᵢ / Σ weightᵢ` over the examples, whose weights
/// are known before any model is: candidates that can no longer be accepted are given up early.
public interface WeightedMetric extends ExampleMetric {

  /// Each example's part of the sum.
  ///
  /// @param perExample as [#perExample] gives them
  /// @return one per example
  double[] sums(double[] perExample);

  /// Each example's weight, at least 0: the same, whatever the predictions.
  ///
  /// @param perExample as [#perExample] gives them
  /// @return one per example
  double[] weights(double[] perExample);

  /// The best number that a weight of 1 can get; nothing gets a better one.
  double best();

  /// The metric's value for a weighted mean, in which it never falls.
  default double value(double mean) {
    return mean;
  }
}
