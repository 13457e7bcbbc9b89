package dev.stockpot.eval;

/// What the metric that is chosen by needs of each example of a set, for statistics.
///
/// @see ExampleMetric#perExample
public interface ExampleNumbers {

  /// The numbers, from memory or from a file.
  double[] read();
}
