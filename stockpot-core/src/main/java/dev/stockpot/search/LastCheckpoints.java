package dev.stockpot.search;

import dev.stockpot.recipe.Ingredient;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The mean of the last k checkpoints of a training run.
///
/// @param k how many; chosen on `select` unless it is given, of equal ones the largest
/// @param run the checkpoints
/// @see <a href="https://arxiv.org/abs/1803.05407">Izmailov et al. 2018</a>, who average along one
///   run
public record LastCheckpoints(Optional<Integer> k, TrainingRun run) implements Recipe {
  static final RecipeDefinition DEFINITION =
      new RecipeDefinition(
          "last-k",
          Set.of(),
          List.of(RecipeParameter.optional("k", RecipeParameter.atLeast(1)), TrainingRun.PARAMETER),
          TrainingRun.APART,
          arguments ->
              new LastCheckpoints(arguments.find("k", Integer.class), TrainingRun.of(arguments)));

  @Override
  public RecipeDefinition definition() {
    return DEFINITION;
  }

  @Override
  public List<String> faults(List<Ingredient> ingredients, List<String> before) {
    return run.faults(ingredients, k.orElse(1));
  }

  @Override
  public Cost cost(Extent extent) {
    return new Cost(k.isPresent() ? 0 : run.size(extent.ingredients()), 1);
  }

  @Override
  public List<Choice> choose(Kitchen kitchen) {
    List<Ingredient> models = run.of(kitchen.ingredients());
    int n = models.size();
    Candidates candidates = new Candidates();
    for (int last = k.orElse(n); last >= k.orElse(1); last--) {
      candidates.add("k=" + last, kitchen.mean(models.subList(n - last, n)));
    }
    return candidates.choose(kitchen, name());
  }
}
