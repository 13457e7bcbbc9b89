package dev.stockpot.cli;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.cli.terminal.Quantities;
import dev.stockpot.eval.Evaluator;
import dev.stockpot.eval.GradientEngine;
import dev.stockpot.eval.Pass;
import dev.stockpot.eval.Recalibration;
import dev.stockpot.recipe.SoupSpec;
import dev.stockpot.search.Cost;
import dev.stockpot.search.Recipe;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// What a cook will take, at most, for `--dry-run`.
///
/// @param inference time in the network; absent for commands
/// @param gradients time for gradients on `select`
/// @param recalibration time for looking at the training data
/// @param soupBytes on disk in the end
/// @param workBytes on disk meanwhile: candidates and sums
/// @param modelBytes in memory: one candidate, mapped
record CookEstimate(
    Optional<Duration> inference,
    Optional<Passes> gradients,
    Optional<Passes> recalibration,
    long soupBytes,
    long workBytes,
    long modelBytes) {

  /// As many passes, all alike.
  record Passes(long n, Pass each) {
    /// Of what is there to be done; nothing is timed where that is nothing.
    static Optional<Passes> of(long n, Supplier<Pass> time) {
      return n == 0 ? Optional.empty() : Optional.of(new Passes(n, time.get()));
    }

    String text(String what) {
      return ", %s of %s (%d passes over %s examples)"
          .formatted(
              Quantities.duration(each.time().multipliedBy(n)),
              what,
              n,
              Quantities.count(each.examples()));
    }
  }

  static CookEstimate of(
      SoupSpec spec,
      OpenIngredients ingredients,
      List<Recipe> recipes,
      Evaluator evaluator,
      int threads) {
    Cost cost = CookPlan.cost(spec, ingredients, recipes, evaluator);
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
        Passes.of(cost.gradients(), () -> GradientEngine.pass(spec.eval(), threads, first)),
        Passes.of(cost.recalibrations(), () -> Recalibration.pass(spec.eval(), threads, first)),
        bytes * cost.results(),
        // Two candidates, of which one is made ahead, and two sums, the old and the new.
        2 * bytes + 2 * Math.max(bytes, elements * Float.BYTES),
        bytes);
  }

  String text() {
    return "At most: %s%s%s; disk: %s for soups, %s more while it runs; memory: %s of weights at a time, beside the network's own.%n"
        .formatted(
            inference
                .map(time -> Quantities.duration(time) + " of inference")
                .orElse("as long as the command takes"),
            gradients.map(passes -> passes.text("gradients")).orElse(""),
            recalibration.map(passes -> passes.text("recalibration")).orElse(""),
            Quantities.bytes(soupBytes),
            Quantities.bytes(workBytes),
            Quantities.bytes(modelBytes));
  }
}
