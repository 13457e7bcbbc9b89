package dev.stockpot.cli;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.eval.Evaluator;
import dev.stockpot.merge.MergePlan;
import dev.stockpot.method.Linear;
import dev.stockpot.recipe.Ingredient;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;

/// What can be found wrong before any work is done.
final class Preflight {
  private Preflight() {}

  /// Checks that ingredients fit each other and the evaluator.
  ///
  /// @return notes for the user
  static List<String> check(OpenIngredients ingredients, Evaluator evaluator) {
    List<Checkpoint> checkpoints = new ArrayList<>();
    ingredients.base().map(Ingredient::checkpoint).ifPresent(checkpoints::add);
    ingredients.all().stream().map(Ingredient::checkpoint).forEach(checkpoints::add);
    MergePlan.of(checkpoints, Linear.mean(checkpoints.size()), Optional.empty());
    SequencedSet<String> notes = new LinkedHashSet<>();
    checkpoints.forEach(checkpoint -> notes.addAll(evaluator.check(checkpoint)));
    return List.copyOf(notes);
  }
}
