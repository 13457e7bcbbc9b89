package dev.stockpot.search;

import dev.stockpot.eval.Attempt;
import dev.stockpot.eval.Bar;
import dev.stockpot.recipe.Ingredient;
import java.util.List;
import java.util.Set;

/// The greedy search over ensembles: cheap, since every member's logits are known already.
///
/// @param accept what to do with a candidate that changes nothing
/// @see <a href="https://arxiv.org/abs/2203.05482">Wortsman et al. 2022, section 3</a>
public record GreedyEnsemble(Accept accept) implements Recipe {

  @Override
  public String name() {
    return "greedy-ensemble";
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.PREDICTIONS);
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
    Greedy.Found found = Greedy.search(kitchen, kitchen.bestFirst(), accept, mixture);
    return List.of(new Choice(name(), new Dish.Ensemble(found.members()), found.trace()));
  }
}
