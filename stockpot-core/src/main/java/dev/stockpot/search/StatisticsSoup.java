package dev.stockpot.search;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.merge.MergeMethod;
import dev.stockpot.merge.MergePlan;
import dev.stockpot.merge.Source;
import dev.stockpot.merge.Step;
import dev.stockpot.method.Fisher;
import dev.stockpot.method.RegMean;
import dev.stockpot.recipe.Ingredient;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// A mean in which what was measured of each ingredient says what counts: Fisher merging and
/// RegMean. Nothing is chosen.
///
/// @param definition [#FISHER] or [#REGMEAN]
/// @param statistics a checkpoint per ingredient, in their order: the diagonal of the Fisher
///   matrix, of the ingredient's names and shapes; or a Gram matrix for the weight of every linear
///   layer
public record StatisticsSoup(RecipeDefinition definition, List<Ingredient> statistics)
    implements Recipe {
  private static final List<RecipeParameter> PARAMETERS =
      List.of(RecipeParameter.optional("statistics", new ParameterType.Checkpoints()));

  /// Every element counts as much as its model cares about it.
  ///
  /// @see Fisher
  static final RecipeDefinition FISHER =
      new RecipeDefinition(
          "fisher",
          Set.of(),
          PARAMETERS,
          Optional.of("it needs statistics of each ingredient"),
          StatisticsSoup::fisher);

  /// Linear layers whose outputs are nearest to those of every model.
  ///
  /// @see RegMean
  static final RecipeDefinition REGMEAN =
      new RecipeDefinition(
          "regmean",
          Set.of(),
          PARAMETERS,
          Optional.of("it needs statistics of each ingredient"),
          StatisticsSoup::regMean);

  public StatisticsSoup {
    statistics = List.copyOf(statistics);
  }

  @Override
  public List<String> faults(List<Ingredient> ingredients, List<String> before) {
    if (ingredients.size() < 2) {
      return List.of("it needs two ingredients or more");
    }
    if (statistics.size() != ingredients.size()) {
      return List.of(
          "'statistics' must be a checkpoint per ingredient, in their order: %d, not %d"
              .formatted(ingredients.size(), statistics.size()));
    }
    List<String> faults = new ArrayList<>();
    for (TensorSpec tensor : ingredients.getFirst().checkpoint().tensors().values()) {
      if (tensor.dtype().isFloat() && isWanted(tensor)) {
        statistics.forEach(each -> fault(each.checkpoint(), tensor).ifPresent(faults::add));
      }
    }
    return faults;
  }

  @Override
  public Cost cost(Extent extent) {
    return new Cost(0, 1);
  }

  @Override
  public List<Choice> choose(Kitchen kitchen) {
    List<Ingredient> models =
        Stream.concat(kitchen.ingredients().stream(), statistics.stream()).toList();
    return List.of(
        new Choice(
            name(),
            kitchen.soup(
                name(), models, plan(kitchen, models), Dish.equal(kitchen.ingredients()))));
  }

  private MergePlan plan(Kitchen kitchen, List<Ingredient> all) {
    List<Checkpoint> models = kitchen.ingredients().stream().map(Ingredient::checkpoint).toList();
    MergeMethod method =
        isFisher()
            ? new Fisher(Collections.nCopies(models.size(), 1.0))
            : new RegMean(models.size());
    MergePlan plan = MergePlan.of(models, method, kitchen.settings().outDType());
    List<Step> steps = new ArrayList<>();
    for (Step step : plan.steps()) {
      steps.add(
          switch (step) {
            case Step.Mix mix when isWanted(mix.output()) -> withStatistics(mix);
            case Step.Mix mix -> mix;
            case Step.Copy copy -> copy;
          });
    }
    return new MergePlan(all.stream().map(Ingredient::checkpoint).toList(), steps, plan.metadata());
  }

  private Step withStatistics(Step.Mix mix) {
    List<Source> inputs = new ArrayList<>(mix.inputs());
    statistics.forEach(each -> inputs.add(Source.of(each.checkpoint(), mix.output().name())));
    return new Step.Mix(mix.output(), inputs, mix.method());
  }

  /// Whether a tensor is merged by statistics: all by Fisher's, and by Gram matrices those of which
  /// any model has one.
  private boolean isWanted(TensorSpec tensor) {
    return isFisher()
        || statistics.stream()
            .anyMatch(each -> each.checkpoint().tensors().containsKey(tensor.name()));
  }

  private Optional<String> fault(Checkpoint checkpoint, TensorSpec tensor) {
    TensorSpec found = checkpoint.tensors().get(tensor.name());
    List<Long> wanted =
        isFisher() || tensor.shape().isEmpty()
            ? tensor.shape()
            : List.of(tensor.shape().getLast(), tensor.shape().getLast());
    if (found == null) {
      return Optional.of(
          "%s: tensor '%s' is missing; it must be floats of shape %s"
              .formatted(checkpoint.path(), tensor.name(), wanted));
    }
    return found.dtype().isFloat() && found.shape().equals(wanted)
        ? Optional.empty()
        : Optional.of(
            "%s: tensor '%s': %s %s instead of floats of shape %s"
                .formatted(checkpoint.path(), tensor.name(), found.dtype(), found.shape(), wanted));
  }

  private boolean isFisher() {
    return name().equals("fisher");
  }

  private static Recipe fisher(Arguments arguments) {
    return new StatisticsSoup(FISHER, arguments.checkpoints());
  }

  private static Recipe regMean(Arguments arguments) {
    return new StatisticsSoup(REGMEAN, arguments.checkpoints());
  }
}
