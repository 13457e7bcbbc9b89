package dev.stockpot.report;

import java.util.List;
import java.util.OptionalDouble;

/// How a greedy search went.
///
/// @param recipe that searched
/// @param steps every candidate after the first, in the order in which they were tried
/// @param kept names of what it ended with
public record Trace(String recipe, List<Step> steps, List<String> kept) {

  /// One candidate.
  ///
  /// @param candidate the ingredient that was tried
  /// @param score of the soup with it; empty if it was given up before the end
  /// @param bound what it could not exceed any more when it was given up
  /// @param accepted whether it was kept
  public record Step(
      String candidate, OptionalDouble score, OptionalDouble bound, boolean accepted) {}

  public Trace {
    steps = List.copyOf(steps);
    kept = List.copyOf(kept);
  }
}
