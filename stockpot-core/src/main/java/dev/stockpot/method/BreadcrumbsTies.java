package dev.stockpot.method;

import dev.stockpot.method.MethodDefinition.Base;
import dev.stockpot.method.MethodDefinition.Statistics;
import java.util.List;

/// Model Breadcrumbs with TIES' election: drops the largest and the smallest entries of each task
/// vector, and adds those that have the elected sign.
///
///     b + λ · Σ aᵢ·sparse(dᵢ)      over those i whose sign is that of the whole sum
///
/// What is dropped: see [Breadcrumbs].
///
/// @param weights aᵢ, one per ingredient
/// @param densities δ, one per ingredient: the fraction that is kept
/// @param gammas γ, one per ingredient: the fraction of the largest entries that is dropped
/// @param lambda λ, the weight of the sum
/// @param normalize whether the sum is divided by the weights
/// @param rescale what makes up for the entries that are dropped
/// @see <a href="https://arxiv.org/abs/2312.06795">Davari and Belilovsky 2024, "Model
///   breadcrumbs"</a>
record BreadcrumbsTies(
    List<Double> weights,
    List<Double> densities,
    List<Double> gammas,
    double lambda,
    boolean normalize,
    Rescale rescale)
    implements TaskVectorMethod {
  static final MethodDefinition DEFINITION =
      new MethodDefinition(
          "breadcrumbs_ties",
          1,
          MethodDefinition.ANY,
          Base.REQUIRED,
          Statistics.NONE,
          List.of(
              Parameter.requiredEach("weight"),
              Parameter.each("density", 1),
              Parameter.each("gamma", 0.01),
              Parameter.number("lambda", 1),
              Parameter.flag("normalize", false),
              Parameter.flag("rescale", false)),
          p ->
              new BreadcrumbsTies(
                  p.numbers("weight"),
                  p.numbers("density"),
                  p.numbers("gamma"),
                  p.number("lambda"),
                  p.flag("normalize"),
                  p.flag("rescale") ? Rescale.L1 : Rescale.NONE));

  /// Checks the fractions.
  ///
  /// @throws IllegalArgumentException if a fraction is negative
  BreadcrumbsTies {
    Sparsity.checkFractions("density", densities);
    Sparsity.checkFractions("gamma", gammas);
  }

  @Override
  public String name() {
    return DEFINITION.name();
  }

  @Override
  public TaskVectors vectors() {
    return new TaskVectors(
        weights, lambda, normalize, true, new LargestKept(densities, gammas), rescale);
  }
}
