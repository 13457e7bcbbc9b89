package dev.stockpot.search;

import dev.stockpot.eval.Evaluation;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/// A candidate and what was measured of it: a line of `results.jsonl`.
///
/// @param name of the candidate; a recipe's soup bears the recipe's name, unless the user gave it
///   another
/// @param recipe that made it; `individual` for an ingredient, `base` for the base
/// @param ingredients each ingredient's share, in the order of the sums
/// @param evaluations by set, in the order of the sets; their logits are let go of
public record Result(
    String name,
    String recipe,
    SequencedMap<String, Double> ingredients,
    SequencedMap<String, Evaluation> evaluations) {

  /// The recipe of single models.
  public static final String INDIVIDUAL = "individual";

  /// The recipe of the base.
  public static final String BASE = "base";

  public Result {
    ingredients = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(ingredients));
    SequencedMap<String, Evaluation> kept = new LinkedHashMap<>(evaluations);
    kept.replaceAll((_, evaluation) -> evaluation.withPredictions(Optional.empty()));
    evaluations = Collections.unmodifiableSequencedMap(kept);
  }

  /// Whether a recipe made it, rather than being given.
  public boolean isCooked() {
    return !recipe.equals(INDIVIDUAL) && !recipe.equals(BASE);
  }

  /// Whether it is what a recipe recommends, rather than given, or only worth reporting.
  public boolean isRecommended() {
    return isCooked() && !name.contains("@");
  }
}
