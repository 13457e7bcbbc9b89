package dev.stockpot.search;

import dev.stockpot.eval.Attempt;
import dev.stockpot.eval.Bar;
import dev.stockpot.eval.Evaluation;
import java.util.OptionalDouble;

/// One step of a search.
///
/// @param candidate what was tried: the ingredient that a greedy search would add
/// @param score of the soup with it, on `select`; absent where it was stopped early
/// @param bound the best score that a stopped one could still have had; absent for others
/// @param accepted whether it was kept
public record Trial(
    String candidate, OptionalDouble score, OptionalDouble bound, boolean accepted) {

  /// One that was measured on all examples.
  public static Trial of(String candidate, double score, boolean accepted) {
    return new Trial(candidate, OptionalDouble.of(score), OptionalDouble.empty(), accepted);
  }

  /// One that was measured as long as it could pass.
  static Trial of(String candidate, Kitchen kitchen, Attempt attempt, Bar.Test passes) {
    return switch (attempt) {
      case Attempt.Stopped stopped -> of(candidate, stopped);
      case Attempt.Finished(Evaluation evaluation) -> {
        double score = kitchen.score(evaluation);
        yield of(candidate, score, passes.passes(score));
      }
    };
  }

  /// One that was given up.
  public static Trial of(String candidate, Attempt.Stopped stopped) {
    return new Trial(candidate, OptionalDouble.empty(), OptionalDouble.of(stopped.bound()), false);
  }
}
