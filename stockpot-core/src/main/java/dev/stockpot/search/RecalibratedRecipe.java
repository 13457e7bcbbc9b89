package dev.stockpot.search;

import dev.stockpot.eval.EvalSpec;
import dev.stockpot.recipe.Ingredient;
import java.util.List;

/// A recipe whose soups, candidates too, get BatchNorm statistics of their own from the training
/// data before they are measured.
///
/// @see dev.stockpot.eval.Recalibration
public record RecalibratedRecipe(Recipe recipe) implements Recipe {

  @Override
  public RecipeDefinition definition() {
    return recipe.definition();
  }

  @Override
  public List<String> faults(List<Ingredient> ingredients, List<String> before) {
    return recipe.faults(ingredients, before);
  }

  @Override
  public Cost cost(Extent extent) {
    return recipe.cost(extent).recalibrating();
  }

  @Override
  public List<Choice> choose(Kitchen kitchen) {
    return recipe.choose(kitchen.recalibrating());
  }

  @Override
  public List<String> notes(List<Result> results, EvalSpec eval) {
    return recipe.notes(results, eval);
  }
}
