package dev.stockpot.method;

import dev.stockpot.merge.Layer;
import dev.stockpot.merge.MergeMethod;
import dev.stockpot.merge.Stage;
import dev.stockpot.merge.UndefinedResultException;
import dev.stockpot.method.MethodDefinition.Base;
import dev.stockpot.method.MethodDefinition.Statistics;
import java.util.List;

/// The weighted mean direction of several models, times their weighted mean norm.
///
/// With `uᵢ = wᵢ / (‖wᵢ‖ + ε)` of the flattened tensors,
///
///     m = Σ aᵢuᵢ        w = Σ aᵢ‖wᵢ‖ · m / ‖m‖
///
/// The method was made to step from `m` along the mean tangent; but the tangents at `m` cancel out,
/// so that this is all there is. With a base the task vectors take the place of the `wᵢ`, and the
/// base is added.
///
/// Where the directions cancel out (‖m‖ < ε, or less than can be told from 0: a millionth of
/// Σ|aᵢ|) two models give Σ aᵢwᵢ, as do tensors of zeros; more have no mean direction.
///
/// @param weights aᵢ, finite
/// @param eps ε
/// @param hasBase whether input 0 is a base
/// @see <a href="https://goddard.blog/posts/multislerp-wow-what-a-cool-idea">Goddard 2025</a>
public record MultiSlerp(List<Double> weights, double eps, boolean hasBase) implements MergeMethod {
  static final MethodDefinition DEFINITION =
      new MethodDefinition(
          "multislerp",
          2,
          MethodDefinition.ANY,
          Base.OPTIONAL,
          Statistics.NONE,
          List.of(
              Parameter.requiredEach("weight"),
              Parameter.flag("normalize_weights", true),
              Parameter.number("eps", 1e-8)),
          p ->
              new MultiSlerp(
                  p.flag("normalize_weights") ? shares(p.numbers("weight")) : p.numbers("weight"),
                  p.number("eps"),
                  p.hasBase()));

  /// Smallest mean of unit vectors that can be told from 0, as a fraction of the weights.
  private static final double RESOLVED = 1e-6;

  public MultiSlerp {
    weights = List.copyOf(weights);
    if (weights.size() < 2 || !weights.stream().allMatch(Double::isFinite)) {
      throw new IllegalArgumentException(
          "weights " + weights + " are not two or more finite numbers");
    }
    if (!(eps >= 0)) {
      throw new IllegalArgumentException("eps " + eps + " is less than 0");
    }
  }

  /// Weights divided by their sum.
  ///
  /// @throws IllegalArgumentException if they add up to 0
  static List<Double> shares(List<Double> weights) {
    double sum = 0;
    for (double weight : weights) {
      sum += weight;
    }
    if (sum == 0) {
      throw new IllegalArgumentException("weights " + weights + " add up to 0");
    }
    double divisor = sum;
    return weights.stream().map(weight -> weight / divisor).toList();
  }

  @Override
  public String name() {
    return DEFINITION.name();
  }

  @Override
  public int passes() {
    return 1;
  }

  @Override
  public Stage begin(Layer layer) {
    Vectors vectors = new Vectors(weights.size(), hasBase);
    DEFINITION.checkInputs(layer, vectors.width());
    return new Gram.Pass(vectors, gram -> Gram.combination(vectors, coefficients(gram)));
  }

  private double[] coefficients(Gram gram) {
    int k = gram.size();
    double[] plain = new double[k];
    double[] unit = new double[k];
    double weight = 0;
    double norm = 0;
    double longest = 0;
    for (int i = 0; i < k; i++) {
      plain[i] = weights.get(i);
      unit[i] = gram.norm(i) == 0 ? 0 : plain[i] / (gram.norm(i) + eps);
      weight += Math.abs(plain[i]);
      norm += plain[i] * gram.norm(i);
      longest = Math.max(longest, gram.norm(i));
    }
    double mean = gram.norm(unit);
    if (longest == 0 || (k == 2 && cancels(mean, weight))) {
      return plain;
    }
    if (cancels(mean, weight)) {
      throw new UndefinedResultException(
          "the directions of the "
              + k
              + " models cancel out, so they have no mean; choose other weights or another method");
    }
    for (int i = 0; i < k; i++) {
      unit[i] *= norm / mean;
    }
    return unit;
  }

  private boolean cancels(double mean, double weight) {
    return mean < Math.max(eps, RESOLVED * weight);
  }
}
