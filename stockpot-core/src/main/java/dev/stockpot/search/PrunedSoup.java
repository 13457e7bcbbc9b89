package dev.stockpot.search;

import dev.stockpot.Progress;
import dev.stockpot.eval.Bar;
import dev.stockpot.recipe.Ingredient;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The pruned soup: starts from all ingredients, walks from the worst to the best and drops each
/// without which the soup is no worse. Never worse on `select` than the uniform soup.
///
/// @param accept whether an ingredient goes whose loss changes nothing
/// @see <a href="https://arxiv.org/abs/2203.05482">Wortsman et al. 2022</a>, whose greedy soup it
///   turns round
public record PrunedSoup(Accept accept) implements Recipe {
  static final RecipeDefinition DEFINITION =
      new RecipeDefinition(
          "pruned",
          Set.of(),
          List.of(RecipeParameter.word("accept", "ge", "gt")),
          Optional.empty(),
          arguments -> new PrunedSoup(Accept.of(arguments.word("accept"))));

  @Override
  public RecipeDefinition definition() {
    return DEFINITION;
  }

  @Override
  public Cost cost(Extent extent) {
    // The uniform soup, with which it starts, and one without each.
    return new Cost(extent.ingredients(), 1).making(1);
  }

  /// The trace names who was to go; those accepted went.
  @Override
  public List<Choice> choose(Kitchen kitchen) {
    List<Ingredient> members = new ArrayList<>(kitchen.ingredients());
    List<Trial> trace = new ArrayList<>();
    double best = kitchen.score(kitchen.mean(members));
    Progress.Total total = new Progress.Total(members.size(), Progress.Unit.CANDIDATES);
    try (Progress.Task task = kitchen.progress().begin("pruning", total)) {
      for (Ingredient candidate : kitchen.bestFirst().reversed()) {
        if (members.size() > 1) {
          List<Ingredient> rest = new ArrayList<>(members);
          rest.remove(candidate);
          double bar = best;
          Bar.Test passes = score -> accept.test(score, bar, kitchen.higherIsBetter());
          Trial trial =
              Trial.of(
                  candidate.name(), kitchen, kitchen.attempt(kitchen.mean(rest), passes), passes);
          trace.add(trial);
          if (trial.accepted()) {
            members = rest;
            best = trial.score().orElseThrow();
          }
        }
        task.advance(1);
      }
    }
    return List.of(new Choice(name(), kitchen.mean(members), trace));
  }
}
