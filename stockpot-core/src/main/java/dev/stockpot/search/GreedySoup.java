package dev.stockpot.search;

import dev.stockpot.eval.Attempt;
import dev.stockpot.eval.Bar;
import dev.stockpot.recipe.Ingredient;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The greedy soup, the paper's central method: never worse on `select` than the best single model.
///
/// @param rule when a candidate is kept
/// @see <a href="https://arxiv.org/abs/2203.05482">Wortsman et al. 2022, Recipe 1</a>
public record GreedySoup(GreedyRule rule) implements Recipe {

  static final RecipeDefinition DEFINITION =
      new RecipeDefinition(
          "greedy",
          Set.of(),
          GreedyRule.PARAMETERS,
          Optional.empty(),
          arguments -> new GreedySoup(GreedyRule.of(arguments)));

  /// With one pass and no margin.
  public GreedySoup(Accept accept) {
    this(GreedyRule.of(accept));
  }

  @Override
  public RecipeDefinition definition() {
    return DEFINITION;
  }

  @Override
  public Cost cost(Extent extent) {
    // What is made ahead is made in vain if the trial before it succeeds, as all but the last may.
    return new Cost(rule.passes() * (extent.ingredients() - 1L), 1)
        .making(Math.max(0, extent.ingredients() - 2));
  }

  @Override
  public List<Choice> choose(Kitchen kitchen) {
    Greedy.Found found = search(kitchen, kitchen.bestFirst());
    return List.of(new Choice(name(), kitchen.mean(found.members()), found.trace()));
  }

  /// The greedy search in an order of its own.
  Greedy.Found search(Kitchen kitchen, List<Ingredient> order) {
    try (RunningSum sum = kitchen.runningSum();
        Ahead ahead = new Ahead()) {
      Greedy.Mixture mixture =
          new Greedy.Mixture() {
            @Override
            public Attempt attempt(List<Ingredient> members, List<Ingredient> next, Bar.Test bar) {
              return kitchen.attemptMean(sum, members, ahead, next, bar);
            }

            @Override
            public void add(Ingredient newcomer) {
              // What is made ahead reads the sum that is now replaced.
              ahead.discard();
              kitchen.timings().measure(Kitchen.MERGING, () -> sum.accept(newcomer.checkpoint()));
            }
          };
      return Greedy.search(kitchen, order, rule, mixture);
    }
  }
}
