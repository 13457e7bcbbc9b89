package dev.stockpot.search;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The uniform soup: the mean of all ingredients.
///
/// @see <a href="https://arxiv.org/abs/2203.05482">Wortsman et al. 2022, section 2</a>
public record UniformSoup() implements Recipe {

  static final RecipeDefinition DEFINITION =
      new RecipeDefinition(
          "uniform", Set.of(), List.of(), Optional.empty(), _ -> new UniformSoup());

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
    return List.of(new Choice(name(), kitchen.mean(kitchen.ingredients())));
  }
}
