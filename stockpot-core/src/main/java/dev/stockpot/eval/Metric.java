package dev.stockpot.eval;

/// A number that says how good predictions are. A new one is a class and a line in [Metrics#ALL].
public interface Metric {

  /// As files and results name it, such as `accuracy`.
  String name();

  /// Whether more is better.
  boolean higherIsBetter();

  /// Whether it measures predictions of such targets.
  boolean fits(Targets targets);

  /// The value over a set.
  ///
  /// @param predictions one row per example
  /// @param targets that it fits, one per example; classes are below `predictions.width()`
  double of(Predictions predictions, Targets targets);
}
