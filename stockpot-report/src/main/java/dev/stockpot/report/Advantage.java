package dev.stockpot.report;

import java.util.List;

/// How much better models half way between two are than the mean of the two.
///
/// @param metric of the advantages
/// @param pairs of ingredients, by set
/// @see <a href="https://arxiv.org/abs/2203.05482">Wortsman et al. 2022, figure 3</a>
public record Advantage(String metric, List<Pair> pairs) {

  /// One pair.
  ///
  /// @param first ingredient
  /// @param second ingredient
  /// @param set on which
  /// @param angleDegrees between their task vectors
  /// @param advantage above 0 if the model half way is better
  public record Pair(
      String first, String second, String set, double angleDegrees, double advantage) {}

  public Advantage {
    pairs = List.copyOf(pairs);
  }
}
