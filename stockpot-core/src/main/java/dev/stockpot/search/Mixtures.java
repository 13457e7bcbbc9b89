package dev.stockpot.search;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.merge.MergePlan;
import dev.stockpot.merge.Step;
import dev.stockpot.method.Linear;
import dev.stockpot.recipe.Ingredient;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// Soups by weights.
final class Mixtures {
  private Mixtures() {}

  /// Groups of tensors.
  ///
  /// @param parts of names: a tensor belongs to the first that is in its name; those without one
  ///   are the last group
  record Groups(List<String> parts) {
    int of(String tensor) {
      return IntStream.range(0, parts.size())
          .filter(i -> tensor.contains(parts.get(i)))
          .findFirst()
          .orElse(parts.size());
    }
  }

  /// The weighted mean, Σ aᵢwᵢ / Σ aᵢ; models without weight are left out.
  ///
  /// @param weights aᵢ, one per model
  static Dish.Soup mean(Kitchen kitchen, List<Ingredient> models, List<Double> weights) {
    return mean(kitchen, models, List.of(weights), new Groups(List.of()));
  }

  /// The weighted mean with weights for each group of tensors.
  ///
  /// @param weights by group and model
  static Dish.Soup mean(
      Kitchen kitchen, List<Ingredient> models, List<List<Double>> weights, Groups groups) {
    int[] used =
        IntStream.range(0, models.size())
            .filter(i -> weights.stream().anyMatch(group -> group.get(i) != 0))
            .toArray();
    List<Ingredient> those = IntStream.of(used).mapToObj(models::get).toList();
    List<Linear> methods =
        weights.stream()
            .map(group -> Linear.mean(IntStream.of(used).mapToObj(group::get).toList()))
            .toList();
    if (methods.stream().flatMap(method -> method.weights().stream()).distinct().count() == 1) {
      return kitchen.mean(those);
    }
    List<Checkpoint> checkpoints = those.stream().map(Ingredient::checkpoint).toList();
    MergePlan plan = MergePlan.of(checkpoints, methods.getFirst(), kitchen.settings().outDType());
    long[] elements = new long[methods.size()];
    List<Step> steps = new ArrayList<>();
    for (Step step : plan.steps()) {
      int group = groups.of(step.output().name());
      switch (step) {
        case Step.Mix mix -> {
          elements[group] += mix.output().elements();
          steps.add(new Step.Mix(mix.output(), mix.inputs(), methods.get(group)));
        }
        case Step.Copy copy -> steps.add(copy);
      }
    }
    return kitchen.soup(
        "mean of %s with weights %s".formatted(groups.parts(), methods),
        those,
        new MergePlan(plan.ingredients(), steps, plan.metadata()),
        shares(those, methods, elements));
  }

  /// Each model's share, over all elements.
  private static SequencedMap<String, Double> shares(
      List<Ingredient> models, List<Linear> methods, long... elements) {
    double all = Math.max(1, LongStream.of(elements).sum());
    SequencedMap<String, Double> shares = new LinkedHashMap<>();
    for (int i = 0; i < models.size(); i++) {
      double share = 0;
      for (int group = 0; group < elements.length; group++) {
        Linear method = methods.get(group);
        share += method.weights().get(i) / method.divisor() * (elements[group] / all);
      }
      shares.put(models.get(i).name(), share);
    }
    return shares;
  }
}
