package dev.stockpot.method;

import dev.stockpot.method.MethodDefinition.Base;
import dev.stockpot.method.MethodDefinition.Statistics;
import java.util.List;

/// DARE with TIES' election: drops entries of the task vectors at random, rescales what is left, and
/// adds those that have the elected sign.
///
///     b + λ · Σ aᵢ·rescale(drop(dᵢ))      over those i whose sign is that of the whole sum
///
/// An entry is kept with the probability δ; see [DareLinear] for the two ways to rescale.
///
/// @param weights aᵢ, one per ingredient
/// @param densities δ, one per ingredient: the fraction that is kept
/// @param lambda λ, the weight of the sum
/// @param normalize whether the sum is divided by the weights
/// @param rescale what makes up for the entries that are dropped
/// @see <a href="https://arxiv.org/abs/2311.03099">Yu et al. 2024, "Language models are super
///   Mario"</a>
record DareTies(
    List<Double> weights, List<Double> densities, double lambda, boolean normalize, Rescale rescale)
    implements TaskVectorMethod {
  static final MethodDefinition DEFINITION =
      new MethodDefinition(
          "dare_ties",
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
              new DareTies(
                  p.numbers("weight"),
                  p.numbers("density"),
                  p.number("lambda"),
                  p.flag("normalize"),
                  DareLinear.rescale(p)));

  /// Checks the fractions.
  ///
  /// @throws IllegalArgumentException if a fraction is negative
  DareTies {
    Sparsity.checkFractions("density", densities);
  }

  @Override
  public String name() {
    return DEFINITION.name();
  }

  @Override
  public TaskVectors vectors() {
    return new TaskVectors(
        weights,
        lambda,
        normalize,
        true,
        new RandomlyKept(densities, rescale == Rescale.DENSITY),
        rescale);
  }
}
