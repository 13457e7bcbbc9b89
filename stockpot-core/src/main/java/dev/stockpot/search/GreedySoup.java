package dev.stockpot.search;

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
  public Choice choose(Kitchen kitchen) {
    try (RunningSum sum = kitchen.runningSum()) {
      Greedy.Mixture mixture =
          new Greedy.Mixture() {
            @Override
            public double score(List<Ingredient> members) {
              return kitchen.scoreOfMean(sum, members);
            }

            @Override
            public void add(Ingredient newcomer) {
              sum.accept(newcomer.checkpoint());
            }
          };
      return Greedy.search(Choice.Kind.SOUP, kitchen, accept, mixture);
    }
  }
}
