package dev.stockpot.search;

import dev.stockpot.recipe.Ingredient;
import java.util.ArrayList;
import java.util.List;

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
  public boolean needsLogits() {
    return true;
  }

  @Override
  public Choice choose(Kitchen kitchen) {
    List<Ingredient> members = new ArrayList<>();
    Greedy.Mixture mixture =
        new Greedy.Mixture() {
          @Override
          public double with(Ingredient newcomer) {
            List<Ingredient> all = new ArrayList<>(members);
            all.add(newcomer);
            return kitchen.scoreOfEnsemble(all);
          }

          @Override
          public void add(Ingredient newcomer) {
            members.add(newcomer);
          }
        };
    return Greedy.search(Choice.Kind.ENSEMBLE, kitchen, accept, mixture);
  }
}
