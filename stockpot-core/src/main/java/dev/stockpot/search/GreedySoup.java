package dev.stockpot.search;

import dev.stockpot.eval.Attempt;
import dev.stockpot.eval.Bar;
import dev.stockpot.recipe.Ingredient;
import java.util.List;

/// The greedy soup, the paper's central method: never worse on `select` than the best single model.
///
/// @param accept what to do with a candidate that changes nothing
/// @see <a href="https://arxiv.org/abs/2203.05482">Wortsman et al. 2022, Recipe 1</a>
public record GreedySoup(Accept accept) implements Recipe {

  @Override
  public String name() {
    return "greedy";
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
      return Greedy.search(kitchen, order, accept, mixture);
    }
  }
}
