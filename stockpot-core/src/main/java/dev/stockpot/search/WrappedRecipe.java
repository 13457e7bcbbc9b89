package dev.stockpot.search;

import dev.stockpot.eval.EvalSpec;
import dev.stockpot.recipe.Ingredient;
import java.util.List;

/// A recipe that changes something about another, and leaves the rest to it.
sealed interface WrappedRecipe extends Recipe permits NamedRecipe, RecalibratedRecipe {
  /// The other.
  Recipe recipe();

  @Override
  default RecipeDefinition definition() {
    return recipe().definition();
  }

  @Override
  default List<String> faults(List<Ingredient> ingredients, List<String> before) {
    return recipe().faults(ingredients, before);
  }

  @Override
  default Cost cost(Extent extent) {
    return recipe().cost(extent);
  }

  @Override
  default List<String> notes(List<Result> results, EvalSpec eval) {
    return recipe().notes(results, eval);
  }
}
