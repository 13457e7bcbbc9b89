package dev.stockpot.search;

import dev.stockpot.recipe.Ingredient;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The exponential moving average of a training run's checkpoints,
///
///     m₁ = w₁        mᵢ = d·mᵢ₋₁ + (1 − d)·wᵢ
///
/// which is a weighted mean: d^(n−1) of the first and (1 − d)·d^(n−i) of the others.
///
/// @param decay d; one of [#DECAYS] is chosen on `select` unless it is given
/// @param run the checkpoints
public record MovingAverage(Optional<Double> decay, TrainingRun run) implements Recipe {
  static final RecipeDefinition DEFINITION =
      new RecipeDefinition(
          "ema",
          Set.of(),
          List.of(
              RecipeParameter.optional("decay", new ParameterType.Real(0, 1)),
              TrainingRun.PARAMETER),
          TrainingRun.APART,
          arguments ->
              new MovingAverage(arguments.find("decay", Double.class), TrainingRun.of(arguments)));

  /// From hardly any memory to one of about ten checkpoints.
  static final List<Double> DECAYS = List.of(0.2, 0.5, 0.7, 0.8, 0.9);

  @Override
  public RecipeDefinition definition() {
    return DEFINITION;
  }

  @Override
  public List<String> faults(List<Ingredient> ingredients, List<String> before) {
    return run.faults(ingredients, 1);
  }

  @Override
  public Cost cost(Extent extent) {
    return new Cost(decay.isPresent() ? 0 : DECAYS.size(), 1);
  }

  @Override
  public List<Choice> choose(Kitchen kitchen) {
    List<Ingredient> models = run.of(kitchen.ingredients());
    Candidates candidates = new Candidates();
    for (double each : decay.map(List::of).orElse(DECAYS)) {
      candidates.add("decay=" + each, Mixtures.mean(kitchen, models, weights(models.size(), each)));
    }
    return candidates.choose(kitchen, name());
  }

  /// The share of each of `n` checkpoints.
  static List<Double> weights(int n, double decay) {
    List<Double> weights = new ArrayList<>();
    weights.add(Math.pow(decay, n - 1));
    for (int i = 2; i <= n; i++) {
      weights.add((1 - decay) * Math.pow(decay, n - i));
    }
    return weights;
  }
}
