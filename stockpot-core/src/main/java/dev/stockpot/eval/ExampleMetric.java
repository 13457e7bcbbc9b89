package dev.stockpot.eval;

/// A metric that needs only a few numbers of each example, the same count for all, such as the
/// class that was predicted: these are kept, and it can be computed again over any of the examples.
public interface ExampleMetric extends Metric {

  /// What it needs of each example.
  ///
  /// @return the numbers of the first example, then those of the second, and so on
  double[] perExample(Predictions predictions, Targets targets);

  /// The value over a set, or over some of its examples.
  ///
  /// @param perExample as [#perExample] gives them
  /// @param targets one per example
  double of(double[] perExample, Targets targets);

  @Override
  default double of(Predictions predictions, Targets targets) {
    return of(perExample(predictions, targets), targets);
  }
}
