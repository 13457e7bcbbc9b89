package dev.stockpot.method;

import dev.stockpot.merge.Layer;
import dev.stockpot.merge.MergeMethod;
import dev.stockpot.merge.Stage;
import dev.stockpot.merge.Stretch;
import dev.stockpot.merge.Tile;
import dev.stockpot.method.MethodDefinition.Base;
import dev.stockpot.method.MethodDefinition.Statistics;
import java.util.Collections;
import java.util.List;

/// The weighted mean, Σ aᵢwᵢ / d: with all weights 1 and `d = K` the uniform soup.
///
/// Products and sums are rounded one by one in the order of the ingredients (no fused
/// multiply-add), then there is one division.
///
/// @param weights aᵢ, one per ingredient, finite
/// @param divisor d, finite and not 0: Σ aᵢ for a mean, 1 for a plain sum
/// @see <a href="https://arxiv.org/abs/2203.05482">Wortsman et al. 2022, "Model soups"</a>
public record Linear(List<Double> weights, double divisor) implements MergeMethod, Stage.Mixing {
  static final MethodDefinition DEFINITION =
      new MethodDefinition(
          "linear",
          1,
          MethodDefinition.ANY,
          Base.MEMBER,
          Statistics.NONE,
          List.of(Parameter.requiredEach("weight"), Parameter.flag("normalize", true)),
          p ->
              p.flag("normalize") ? mean(p.numbers("weight")) : new Linear(p.numbers("weight"), 1));

  public Linear {
    weights = List.copyOf(weights);
    if (weights.isEmpty() || !weights.stream().allMatch(Double::isFinite)) {
      throw new IllegalArgumentException("weights " + weights + " are not finite numbers");
    }
    if (divisor == 0 || !Double.isFinite(divisor)) {
      throw new IllegalArgumentException(
          divisor == 0 ? "the weights " + weights + " add up to 0" : "cannot divide by " + divisor);
    }
  }

  /// The plain mean of `k` ingredients.
  public static Linear mean(int k) {
    return new Linear(Collections.nCopies(k, 1.0), k);
  }

  /// The mean with these weights, which need not add up to 1.
  ///
  /// @throws IllegalArgumentException if they add up to 0
  public static Linear mean(List<Double> weights) {
    double sum = 0;
    for (double weight : weights) {
      sum += weight;
    }
    // What is left of weights that cancel out is rounding.
    double magnitude = weights.stream().mapToDouble(Math::abs).sum();
    return new Linear(weights, Math.abs(sum) <= 1e-12 * magnitude ? 0 : sum);
  }

  /// The plain sum of `k` ingredients.
  public static Linear sum(int k) {
    return new Linear(Collections.nCopies(k, 1.0), 1);
  }

  /// The same sum over another divisor.
  public Linear over(double other) {
    return new Linear(weights, other);
  }

  @Override
  public String name() {
    return DEFINITION.name();
  }

  @Override
  public Stage begin(Layer layer) {
    if (layer.inputs() != weights.size()) {
      throw new IllegalArgumentException(
          layer.inputs() + " ingredients for " + weights.size() + " weights");
    }
    return this;
  }

  @Override
  public void mix(Stretch stretch, Tile out) {
    out.product(weights.getFirst(), stretch.input(0));
    for (int k = 1; k < weights.size(); k++) {
      out.addProduct(weights.get(k), stretch.input(k));
    }
    if (divisor != 1) {
      out.divide(divisor);
    }
  }
}
