package dev.stockpot.search;

import java.util.List;

/// A recipe whose result bears a name that the user gave it.
///
/// @param name instead of the recipe's own
public record NamedRecipe(String name, Recipe recipe) implements WrappedRecipe {

  @Override
  public List<Choice> choose(Kitchen kitchen) {
    return recipe.choose(kitchen).stream()
        .map(choice -> choice.named(name + choice.name().substring(recipe.name().length())))
        .toList();
  }
}
