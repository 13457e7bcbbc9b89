package dev.stockpot.method;

import dev.stockpot.method.MethodDefinition.Base;
import dev.stockpot.method.MethodDefinition.Statistics;
import java.util.List;

/// Task arithmetic: adds the weighted task vectors to the base.
///
///     b + λ · Σ aᵢdᵢ            dᵢ = wᵢ − b
///
/// With `normalize` the sum is divided by Σ aᵢ (by 1 if that is 0).
///
/// @param weights aᵢ, one per ingredient
/// @param lambda λ, the weight of the sum
/// @param normalize whether the sum is divided by the weights
/// @see <a href="https://arxiv.org/abs/2212.04089">Ilharco et al. 2023, "Editing models with task
///   arithmetic"</a>
record TaskArithmetic(List<Double> weights, double lambda, boolean normalize)
    implements TaskVectorMethod {
  static final MethodDefinition DEFINITION =
      new MethodDefinition(
          "task_arithmetic",
          1,
          MethodDefinition.ANY,
          Base.REQUIRED,
          Statistics.NONE,
          List.of(
              Parameter.requiredEach("weight"),
              Parameter.number("lambda", 1),
              Parameter.flag("normalize", false)),
          p -> new TaskArithmetic(p.numbers("weight"), p.number("lambda"), p.flag("normalize")));

  @Override
  public String name() {
    return DEFINITION.name();
  }

  @Override
  public TaskVectors vectors() {
    return new TaskVectors(
        weights, lambda, normalize, false, new Sparsity.Everything(), Rescale.NONE);
  }
}
