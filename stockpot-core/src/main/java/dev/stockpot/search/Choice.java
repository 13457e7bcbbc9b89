package dev.stockpot.search;

import dev.stockpot.recipe.Ingredient;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// What a recipe decided on.
///
/// @param kind what is made of the ingredients
/// @param ingredients in the order of the sums
/// @param trace the steps of a greedy search; empty for recipes without
public record Choice(Kind kind, List<Ingredient> ingredients, List<Trial> trace) {

  /// What is made of the ingredients.
  public enum Kind {
    /// The mean of their weights: one model.
    SOUP,
    /// The mean of their logits: all models at once.
    ENSEMBLE
  }

  public Choice {
    ingredients = List.copyOf(ingredients);
    trace = List.copyOf(trace);
    if (ingredients.isEmpty()) {
      throw new IllegalArgumentException("a choice of no ingredients");
    }
  }

  /// Each ingredient's share.
  public SequencedMap<String, Double> weights() {
    SequencedMap<String, Double> weights = new LinkedHashMap<>();
    ingredients.forEach(ingredient -> weights.put(ingredient.name(), 1.0 / ingredients.size()));
    return Collections.unmodifiableSequencedMap(weights);
  }
}
