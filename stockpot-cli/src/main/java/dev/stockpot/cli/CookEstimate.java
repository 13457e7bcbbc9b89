package dev.stockpot.cli;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.cli.terminal.Quantities;
import dev.stockpot.eval.Evaluator;
import dev.stockpot.recipe.SoupSpec;
import dev.stockpot.search.Cost;
import dev.stockpot.search.Recipe;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a cook will take, at most, for `--dry-run`.
///
/// @param inference time in the network; absent for commands
/// @param soupBytes on disk in the end
/// @param workBytes on disk meanwhile: candidates and sums
/// @param modelBytes in memory: one candidate, mapped
record CookEstimate(Optional<Duration> inference, long soupBytes, long workBytes, long modelBytes) {

  static CookEstimate of(
      SoupSpec spec, OpenIngredients ingredients, List<Recipe> recipes, Evaluator evaluator) {
    Cost cost = CookPlan.cost(ingredients, recipes, evaluator);
    Checkpoint first = ingredients.all().getFirst().checkpoint();
    Map<String, Duration> once = evaluator.estimate(first);
    long models = CookPlan.models(ingredients) + cost.results();
    Duration inference = Duration.ZERO;
    for (Map.Entry<String, Duration> set : once.entrySet()) {
      boolean select = set.getKey().equals(spec.eval().select().name());
      inference =
          inference.plus(set.getValue().multipliedBy(models + (select ? cost.trials() : 0)));
    }
    long bytes = first.tensors().values().stream().mapToLong(TensorSpec::bytes).sum();
    long elements = first.tensors().values().stream().mapToLong(TensorSpec::elements).sum();
    return new CookEstimate(
        once.isEmpty() ? Optional.empty() : Optional.of(inference),
        bytes * cost.results(),
        // Two candidates, of which one is made ahead, and two sums, the old and the new.
        2 * bytes + 2 * Math.max(bytes, elements * Float.BYTES),
        bytes);
  }

  String text() {
    return "At most: %s; disk: %s for soups, %s more while it runs; memory: %s of weights at a time, beside the network's own.%n"
        .formatted(
            inference
                .map(time -> Quantities.duration(time) + " of inference")
                .orElse("as long as the command takes"),
            Quantities.bytes(soupBytes),
            Quantities.bytes(workBytes),
            Quantities.bytes(modelBytes));
  }
}
