package dev.stockpot.search;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The ensemble of all ingredients: the mean of raw logits. It costs as many inferences as it has
/// members, and is here to compare with.
///
/// @see <a href="https://arxiv.org/abs/2203.05482">Wortsman et al. 2022, section 3</a>
public record LogitEnsemble() implements Recipe {

  static final RecipeDefinition DEFINITION =
      new RecipeDefinition(
          "ensemble",
          Set.of(Need.PREDICTIONS),
          List.of(),
          Optional.empty(),
          _ -> new LogitEnsemble());

  @Override
  public RecipeDefinition definition() {
    return DEFINITION;
  }

  @Override
  public Cost cost(Extent extent) {
    return new Cost(0, 0);
  }

  @Override
  public List<Choice> choose(Kitchen kitchen) {
    return List.of(new Choice(name(), new Dish.Ensemble(kitchen.ingredients())));
  }
}
