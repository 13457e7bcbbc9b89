package dev.stockpot.search;

import dev.stockpot.eval.EvalSpec;
import dev.stockpot.recipe.Ingredient;
import java.util.List;

/// A recipe whose result bears a name that the user gave it.
///
/// @param name instead of the recipe's own
public record NamedRecipe(String name, Recipe recipe) implements Recipe {

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
    return recipe.cost(extent);
  }

  @Override
  public List<Choice> choose(Kitchen kitchen) {
    return recipe.choose(kitchen).stream()
        .map(choice -> choice.named(name + choice.name().substring(recipe.name().length())))
        .toList();
  }

  @Override
  public List<String> notes(List<Result> results, EvalSpec eval) {
    return recipe.notes(results, eval);
  }
}
