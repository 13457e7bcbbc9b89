package dev.stockpot.eval;

/// What became of a candidate that was measured as long as it could still be accepted.
public sealed interface Attempt {

  /// It was measured on all examples.
  record Finished(Evaluation evaluation) implements Attempt {}

  /// It was given up.
  ///
  /// @param bound the best score that it could still have had; better than its true score, or equal
  /// @param examples how many had been evaluated
  record Stopped(double bound, int examples) implements Attempt {}
}
