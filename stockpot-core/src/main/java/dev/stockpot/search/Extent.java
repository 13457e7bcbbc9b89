package dev.stockpot.search;

import dev.stockpot.eval.Classification;
import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.Evaluator;
import dev.stockpot.eval.GradientEngine;
import java.util.Optional;

/// What the cost of a recipe depends on.
///
/// @param ingredients how many there are
/// @param gradients examples of `select`, where a network gives gradients on them
public record Extent(int ingredients, Optional<Integer> gradients) {

  /// Of what is measured by a spec.
  public static Extent of(int ingredients, EvalSpec eval, Evaluator evaluator) {
    Optional<Classification> select = evaluator.classification(eval.select().name());
    return new Extent(
        ingredients,
        select
            .filter(_ -> GradientEngine.lacks(eval).isEmpty())
            .map(classes -> classes.labels().length));
  }
}
