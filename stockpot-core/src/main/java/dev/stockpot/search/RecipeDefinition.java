package dev.stockpot.search;

import dev.stockpot.recipe.Ingredient;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// What can be said of a recipe before there is a soup.yml.
///
/// @param name as files and results name it, such as `greedy`
/// @param needs what it cannot do without
/// @param parameters in the order of its documentation
/// @param apart why it is cooked only where a file names it; empty for those that always are
/// @param create makes the recipe
public record RecipeDefinition(
    String name,
    Set<Recipe.Need> needs,
    List<RecipeParameter> parameters,
    Optional<String> apart,
    Function<Arguments, Recipe> create) {

  public RecipeDefinition {
    needs = Set.copyOf(needs);
    parameters = List.copyOf(parameters);
  }

  /// Whether what it makes may be a mixture of weights; others choose one model, or average logits.
  public boolean mixes() {
    return !needs.contains(Recipe.Need.PREDICTIONS) && !equals(BestModel.DEFINITION);
  }

  /// Makes the recipe.
  ///
  /// @param values by the parameters' names
  /// @param checkpoints that it names beside the ingredients
  public Recipe with(Map<String, Object> values, List<Ingredient> checkpoints) {
    Map<String, Object> all = new HashMap<>();
    parameters.forEach(
        parameter -> parameter.fallback().ifPresent(value -> all.put(parameter.name(), value)));
    all.putAll(values);
    return create.apply(new Arguments(all, checkpoints));
  }

  /// The recipe as it is without parameters.
  public Recipe plain() {
    return with(Map.of(), List.of());
  }
}
