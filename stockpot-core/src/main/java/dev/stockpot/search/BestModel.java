package dev.stockpot.search;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The best individual model: what a soup has to beat.
public record BestModel() implements Recipe {

  static final RecipeDefinition DEFINITION =
      new RecipeDefinition("best", Set.of(), List.of(), Optional.empty(), _ -> new BestModel());

  @Override
  public RecipeDefinition definition() {
    return DEFINITION;
  }

  @Override
  public Cost cost(Extent extent) {
    return new Cost(0, 1);
  }

  @Override
  public List<Choice> choose(Kitchen kitchen) {
    return List.of(new Choice(name(), kitchen.mean(List.of(kitchen.bestFirst().getFirst()))));
  }
}
