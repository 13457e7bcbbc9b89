package dev.stockpot.search;

import dev.stockpot.eval.Attempt;
import dev.stockpot.eval.Bar;
import dev.stockpot.recipe.Ingredient;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The greedy search over ensembles: cheap, since every member's logits are known already.
///
/// @param rule when a candidate is kept
/// @see <a href="https://arxiv.org/abs/2203.05482">Wortsman et al. 2022, section 3</a>
public record GreedyEnsemble(GreedyRule rule) implements Recipe {

  static final RecipeDefinition DEFINITION =
      new RecipeDefinition(
          "greedy-ensemble",
          Set.of(Need.PREDICTIONS),
          GreedyRule.PARAMETERS,
          Optional.empty(),
          arguments -> new GreedyEnsemble(GreedyRule.of(arguments)));

  /// With one pass and no margin.
  public GreedyEnsemble(Accept accept) {
    this(GreedyRule.of(accept));
  }

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
    Greedy.Mixture mixture =
        new Greedy.Mixture() {
          @Override
          public Attempt attempt(List<Ingredient> members, List<Ingredient> next, Bar.Test bar) {
            return new Attempt.Finished(kitchen.ensemble(members, kitchen.select()));
          }
        };
    Greedy.Found found = Greedy.search(kitchen, kitchen.bestFirst(), rule, mixture);
    return List.of(new Choice(name(), new Dish.Ensemble(found.members()), found.trace()));
  }
}
