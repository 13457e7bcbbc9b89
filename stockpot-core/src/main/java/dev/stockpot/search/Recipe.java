package dev.stockpot.search;

import dev.stockpot.eval.EvalSpec;
import dev.stockpot.recipe.Ingredient;
import java.util.List;
import java.util.Set;

/// A way to make something of the ingredients. A new one is a class with its [RecipeDefinition] and
/// a line in [Recipes#ALL].
public interface Recipe {

  /// What can be said of it whatever its parameters are.
  RecipeDefinition definition();

  /// The name of its result: its own, unless the user gave it another.
  default String name() {
    return definition().name();
  }

  /// What it cannot do without.
  default Set<Need> needs() {
    return definition().needs();
  }

  /// Why it cannot be cooked from these ingredients, before any work is done: the user's mistakes,
  /// a sentence each.
  ///
  /// @param before names of the recipes that are cooked before it
  default List<String> faults(List<Ingredient> ingredients, List<String> before) {
    return List.of();
  }

  /// How much work it is at most.
  Cost cost(Extent extent);

  /// Chooses, looking at scores on `select` only.
  ///
  /// @return what it recommends, under its own name; then, as variants of it, what else is worth
  ///   reporting, such as the points of a curve
  List<Choice> choose(Kitchen kitchen);

  /// What to say of its results, a sentence each.
  ///
  /// @param results what it recommends and its variants, measured, in the order of the choices
  default List<String> notes(List<Result> results, EvalSpec eval) {
    return List.of();
  }

  /// What a kitchen may not have.
  enum Need {
    /// Predictions of every example, which not every evaluator gives.
    PREDICTIONS,
    /// The pre-trained model.
    BASE,
    /// Something that minimises a function.
    MINIMIZER
  }
}
