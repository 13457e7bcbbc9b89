package dev.stockpot.merge;

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
public record Linear(List<Double> weights, double divisor) implements MergeMethod {

  public Linear {
    weights = List.copyOf(weights);
    if (weights.isEmpty() || !weights.stream().allMatch(Double::isFinite)) {
      throw new IllegalArgumentException("weights " + weights + " are not finite numbers");
    }
    if (divisor == 0 || !Double.isFinite(divisor)) {
      throw new IllegalArgumentException("cannot divide by " + divisor);
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
    return new Linear(weights, sum);
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
    return "linear";
  }

  @Override
  public void mix(float[][] inputs, int n, float[] out) {
    checkCount(inputs.length);
    scale((float) (double) weights.getFirst(), inputs[0], n, out);
    for (int k = 1; k < weights.size(); k++) {
      add((float) (double) weights.get(k), inputs[k], n, out);
    }
    divide((float) divisor, n, out);
  }

  @Override
  public void mix(double[][] inputs, int n, double[] out) {
    checkCount(inputs.length);
    scale(weights.getFirst(), inputs[0], n, out);
    for (int k = 1; k < weights.size(); k++) {
      add(weights.get(k), inputs[k], n, out);
    }
    divide(divisor, n, out);
  }

  private void checkCount(int ingredients) {
    if (ingredients != weights.size()) {
      throw new IllegalArgumentException(
          ingredients + " ingredients for " + weights.size() + " weights");
    }
  }

  private static void scale(float weight, float[] input, int n, float[] out) {
    for (int i = 0; i < n; i++) {
      out[i] = weight * input[i];
    }
  }

  private static void scale(double weight, double[] input, int n, double[] out) {
    for (int i = 0; i < n; i++) {
      out[i] = weight * input[i];
    }
  }

  private static void add(float weight, float[] input, int n, float[] out) {
    for (int i = 0; i < n; i++) {
      out[i] += weight * input[i];
    }
  }

  private static void add(double weight, double[] input, int n, double[] out) {
    for (int i = 0; i < n; i++) {
      out[i] += weight * input[i];
    }
  }

  private static void divide(float divisor, int n, float[] out) {
    for (int i = 0; i < n; i++) {
      out[i] /= divisor;
    }
  }

  private static void divide(double divisor, int n, double[] out) {
    for (int i = 0; i < n; i++) {
      out[i] /= divisor;
    }
  }
}
