package dev.stockpot.eval;

/// A number that says how good logits are. A new one is a class and a line in [Metrics#ALL].
public interface Metric {

  /// As files and results name it, such as `accuracy`.
  String name();

  /// Whether more is better.
  boolean higherIsBetter();

  /// The value over a set.
  ///
  /// @param logits one row per example
  /// @param labels one class per example, in `[0, logits.classes())`
  double of(Logits logits, int[] labels);
}
