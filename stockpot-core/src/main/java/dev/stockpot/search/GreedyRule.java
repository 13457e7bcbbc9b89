package dev.stockpot.search;

import java.util.List;
import java.util.Optional;

/// When a greedy search keeps a candidate.
///
/// @param accept what to do with one that changes nothing
/// @param margin how much better than the members so far it has to be, at least 0
/// @param passes how often those that were not kept are tried again, at most: a pass that keeps
///   nothing is the last
public record GreedyRule(Accept accept, double margin, int passes) {
  static final List<RecipeParameter> PARAMETERS =
      List.of(
          RecipeParameter.word("accept", "ge", "gt"),
          new RecipeParameter(
              "margin", new ParameterType.Real(0, Double.MAX_VALUE), Optional.of(0.0)),
          RecipeParameter.count("passes", 1));

  /// With one pass and no margin.
  static GreedyRule of(Accept accept) {
    return new GreedyRule(accept, 0, 1);
  }

  static GreedyRule of(Arguments arguments) {
    return new GreedyRule(
        Accept.of(arguments.word("accept")), arguments.number("margin"), arguments.count("passes"));
  }

  /// Whether a candidate's score is good enough.
  boolean keeps(double candidate, double best, boolean higherIsBetter) {
    double bar = higherIsBetter ? best + margin : best - margin;
    return accept.test(candidate, bar, higherIsBetter);
  }
}
