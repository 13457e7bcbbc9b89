package dev.stockpot.method;

import dev.stockpot.method.MethodDefinition.Base;
import dev.stockpot.method.MethodDefinition.Statistics;
import java.util.List;

/// TIES: trims each task vector to its largest entries, elects a sign for every element, and
/// averages what agrees with it.
///
///     b + λ · Σ aᵢ·trim(dᵢ) / Σ aᵢ        over those i whose sign is that of Σ aᵢ·trim(dᵢ)
///
/// Exactly int(δn) entries of a tensor are kept. A sum of 0 elects the positive sign.
///
/// @param weights aᵢ, one per ingredient
/// @param densities δ, one per ingredient: the fraction that is kept
/// @param lambda λ, the weight of the sum
/// @param normalize whether the sum is divided by the weights
/// @param rescale what makes up for the entries that are dropped
/// @see <a href="https://arxiv.org/abs/2306.01708">Yadav et al. 2023, "TIES-Merging"</a>
record Ties(
    List<Double> weights, List<Double> densities, double lambda, boolean normalize, Rescale rescale)
    implements TaskVectorMethod {
  static final MethodDefinition DEFINITION =
      new MethodDefinition(
          "ties",
          1,
          MethodDefinition.ANY,
          Base.REQUIRED,
          Statistics.NONE,
          List.of(
              Parameter.requiredEach("weight"),
              Parameter.each("density", 1),
              Parameter.number("lambda", 1),
              Parameter.flag("normalize", true),
              Parameter.flag("rescale", false)),
          p ->
              new Ties(
                  p.numbers("weight"),
                  p.numbers("density"),
                  p.number("lambda"),
                  p.flag("normalize"),
                  p.flag("rescale") ? Rescale.L1 : Rescale.NONE));

  /// Checks the fractions.
  ///
  /// @throws IllegalArgumentException if a fraction is negative
  Ties {
    Sparsity.checkFractions("density", densities);
  }

  @Override
  public String name() {
    return DEFINITION.name();
  }

  @Override
  public TaskVectors vectors() {
    return new TaskVectors(weights, lambda, normalize, true, LargestKept.of(densities), rescale);
  }
}
