package dev.stockpot.eval;

/// What a set of examples is for.
public enum Role {
  /// Held out; recipes choose on it and it is never reported as a result.
  SELECT,
  /// In-distribution, for reporting.
  ID,
  /// A distribution shift, for reporting; counts in the mean of shifts.
  SHIFT
}
