package dev.stockpot.recipe;

import dev.stockpot.eval.EvalSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A `soup.yml`: what goes in, what measures it, and which recipes are cooked.
///
/// @param base the pre-trained checkpoint, where a recipe needs it
/// @param ingredients fine-tuned checkpoints, in the file's order, globs expanded and sorted
/// @param eval how candidates are measured
/// @param recipes in the file's order, under different names
/// @param choosesRecipes whether the file names recipes; else they are the usual ones
public record SoupSpec(
    Optional<Path> base,
    List<Path> ingredients,
    EvalSpec eval,
    List<RecipeSpec> recipes,
    boolean choosesRecipes) {
  public SoupSpec {
    ingredients = List.copyOf(ingredients);
    recipes = List.copyOf(recipes);
  }

  /// Whether any soup gets BatchNorm statistics of its own.
  public boolean recalibrates() {
    return recipes.stream().anyMatch(RecipeSpec::recalibrates);
  }

  /// The same with another evaluation.
  public SoupSpec with(EvalSpec other) {
    return new SoupSpec(base, ingredients, other, recipes, choosesRecipes);
  }
}
