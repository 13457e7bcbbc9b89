package dev.stockpot.method;

import dev.stockpot.method.MethodDefinition.Base;
import dev.stockpot.method.MethodDefinition.Statistics;
import java.util.List;

/// DARE with a plain sum: drops entries of the task vectors at random, rescales what is left, and
/// adds.
///
///     b + λ · Σ aᵢ·rescale(drop(dᵢ))
///
/// An entry is kept with the probability δ. The paper divides what is kept by δ
/// (`dare_rescale: density`); mergekit, and the default here, brings the L1 norm of the tensor back
/// to what it was (`dare_rescale: l1`).
///
/// @param weights aᵢ, one per ingredient
/// @param densities δ, one per ingredient: the fraction that is kept
/// @param lambda λ, the weight of the sum
/// @param normalize whether the sum is divided by the weights
/// @param rescale what makes up for the entries that are dropped
/// @see <a href="https://arxiv.org/abs/2311.03099">Yu et al. 2024, "Language models are super
///   Mario"</a>
record DareLinear(
    List<Double> weights, List<Double> densities, double lambda, boolean normalize, Rescale rescale)
    implements TaskVectorMethod {
  static final MethodDefinition DEFINITION =
      new MethodDefinition(
          "dare_linear",
          1,
          MethodDefinition.ANY,
          Base.REQUIRED,
          Statistics.NONE,
          List.of(
              Parameter.requiredEach("weight"),
              Parameter.each("density", 1),
              Parameter.number("lambda", 1),
              Parameter.flag("normalize", false),
              Parameter.flag("rescale", true),
              Parameter.word("dare_rescale", "l1", "density")),
          p ->
              new DareLinear(
                  p.numbers("weight"),
                  p.numbers("density"),
                  p.number("lambda"),
                  p.flag("normalize"),
                  rescale(p)));

  /// Checks the fractions.
  ///
  /// @throws IllegalArgumentException if a fraction is negative
  DareLinear {
    Sparsity.checkFractions("density", densities);
  }

  @Override
  public String name() {
    return DEFINITION.name();
  }

  /// What a config asks for.
  static Rescale rescale(Parameters p) {
    if (!p.flag("rescale")) {
      return Rescale.NONE;
    }
    return p.word("dare_rescale").equals("l1") ? Rescale.L1 : Rescale.DENSITY;
  }

  @Override
  public TaskVectors vectors() {
    return new TaskVectors(
        weights,
        lambda,
        normalize,
        false,
        new RandomlyKept(densities, rescale == Rescale.DENSITY),
        rescale);
  }
}
