package dev.stockpot.search;

import java.util.List;

/// A recipe whose soups, candidates too, get BatchNorm statistics of their own from the training
/// data before they are measured.
///
/// @see dev.stockpot.eval.Recalibration
public record RecalibratedRecipe(Recipe recipe) implements WrappedRecipe {

  @Override
  public Cost cost(Extent extent) {
    return recipe.cost(extent).recalibrating();
  }

  @Override
  public List<Choice> choose(Kitchen kitchen) {
    return recipe.choose(kitchen.recalibrating());
  }
}
