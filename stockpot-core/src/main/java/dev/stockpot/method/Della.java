package dev.stockpot.method;

import dev.stockpot.method.MethodDefinition.Base;
import dev.stockpot.method.MethodDefinition.Statistics;
import java.util.List;

/// DELLA: drops entries of the task vectors at random, small ones more often, rescales what is left,
/// and averages what has the elected sign.
///
///     b + λ · Σ aᵢ·rescale(drop(dᵢ)) / Σ aᵢ      over those i whose sign is that of the whole sum
///
/// The probability to be kept rises linearly with the rank of the magnitude in its row, from δ − ε
/// to δ + ε. What is left is rescaled to the L1 norm that the tensor had.
///
/// @param weights aᵢ, one per ingredient
/// @param densities δ, one per ingredient: the fraction that is kept
/// @param epsilons ε, one per ingredient: how far the probabilities reach to either side of δ
/// @param lambda λ, the weight of the sum
/// @param normalize whether the sum is divided by the weights
/// @param rescale what makes up for the entries that are dropped
/// @see <a href="https://arxiv.org/abs/2406.11617">Deep et al. 2024, "DELLA-Merging"</a>
record Della(
    List<Double> weights,
    List<Double> densities,
    List<Double> epsilons,
    double lambda,
    boolean normalize,
    Rescale rescale)
    implements TaskVectorMethod {
  static final MethodDefinition DEFINITION =
      new MethodDefinition(
          "della",
          1,
          MethodDefinition.ANY,
          Base.REQUIRED,
          Statistics.NONE,
          List.of(
              Parameter.requiredEach("weight"),
              Parameter.each("density", 1),
              Parameter.each("epsilon", 0.15),
              Parameter.number("lambda", 1),
              Parameter.flag("normalize", true),
              Parameter.flag("rescale", true)),
          p ->
              new Della(
                  p.numbers("weight"),
                  p.numbers("density"),
                  p.numbers("epsilon"),
                  p.number("lambda"),
                  p.flag("normalize"),
                  p.flag("rescale") ? Rescale.L1 : Rescale.NONE));

  /// Checks the fractions.
  ///
  /// @throws IllegalArgumentException if a fraction is negative or a probability would not lie
  ///   between 0 and 1
  Della {
    Sparsity.checkFractions("density", densities);
    RankKept.check(densities, epsilons);
  }

  @Override
  public String name() {
    return DEFINITION.name();
  }

  @Override
  public TaskVectors vectors() {
    return new TaskVectors(
        weights, lambda, normalize, true, new RankKept(densities, epsilons), rescale);
  }
}
