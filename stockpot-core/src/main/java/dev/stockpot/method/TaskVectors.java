package dev.stockpot.method;

import dev.stockpot.merge.Layer;
import dev.stockpot.merge.Stage;
import dev.stockpot.merge.Stretch;
import dev.stockpot.merge.Tile;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/// What the task-vector methods have in common: task vectors dᵢ = wᵢ − b are made sparse, weighted
/// and added, and the sum is added to the base:
///
///     b + λ · Σ aᵢ·sparse(dᵢ) / divisor
///
/// With a sign election (TIES), an entry counts only if its sign is that of Σ aᵢ·sparse(dᵢ), where
/// 0 is positive; the divisor is then the sum of the weights that count, element by element.
///
/// @param weights aᵢ, one per ingredient
/// @param normalize whether to divide; a divisor of 0 counts as 1
/// @param elect whether signs are elected
/// @param rescale what a sparse task vector is multiplied with
record TaskVectors(
    List<Double> weights,
    double lambda,
    boolean normalize,
    boolean elect,
    Sparsity sparsity,
    Rescale rescale) {

  TaskVectors {
    weights = List.copyOf(weights);
  }

  Stage begin(Layer layer) {
    if (layer.inputs() != weights.size() + 1) {
      throw new IllegalArgumentException(
          layer.inputs() + " inputs for a base and " + weights.size() + " weights");
    }
    return sparsity.begin(
        layer,
        mask ->
            rescale == Rescale.L1 && !sparsity.keepsAll()
                ? new Norms(weights.size(), mask, factors -> new Mixture(mask, factors))
                : new Mixture(mask, ones()));
  }

  private double[] ones() {
    double[] ones = new double[weights.size()];
    Arrays.fill(ones, 1);
    return ones;
  }

  int passes() {
    return sparsity.passes() + (rescale == Rescale.L1 && !sparsity.keepsAll() ? 1 : 0);
  }

  /// The L1 norms of all task vectors, with and without what is erased.
  private record Norms(int ingredients, Mask mask, Function<double[], Stage> then)
      implements Stage.Pass<double[][]> {
    @Override
    public long unit() {
      return mask.unit();
    }

    @Override
    public double[][] start() {
      return new double[2][ingredients];
    }

    @Override
    public void visit(Stretch stretch, double[][] part) {
      for (int k = 0; k < ingredients; k++) {
        Tile delta = stretch.scratch(0);
        delta.difference(stretch.input(k + 1), stretch.input(0));
        part[0][k] += delta.sumOfMagnitudes();
        mask.apply(stretch, k, delta);
        part[1][k] += delta.sumOfMagnitudes();
      }
    }

    @Override
    public void add(double[][] total, double[][] part) {
      for (int k = 0; k < ingredients; k++) {
        total[0][k] += part[0][k];
        total[1][k] += part[1][k];
      }
    }

    @Override
    public Stage next(double[][] total) {
      double[] factors = new double[ingredients];
      for (int k = 0; k < ingredients; k++) {
        factors[k] = total[1][k] == 0 ? 1 : total[0][k] / total[1][k];
      }
      return then.apply(factors);
    }
  }

  /// The sum of what is left.
  private final class Mixture implements Stage.Mixing {
    private final Mask mask;
    private final double[] factors;
    private final double[] asDoubles = weights.stream().mapToDouble(Double::doubleValue).toArray();
    private final double[] ones = ones();

    Mixture(Mask mask, double[] factors) {
      this.mask = mask;
      this.factors = factors;
    }

    @Override
    public long unit() {
      return mask.unit();
    }

    @Override
    public void mix(Stretch stretch, Tile out) {
      if (elect) {
        elected(stretch, out);
      } else {
        sum(stretch, out);
      }
      if (lambda != 1) {
        out.scale(lambda);
      }
      out.add(stretch.input(0));
    }

    private void sum(Stretch stretch, Tile out) {
      double divisor = 0;
      for (int k = 0; k < weights.size(); k++) {
        Tile delta = sparse(stretch, k, 1, stretch.scratch(0));
        if (k == 0) {
          out.product(weights.get(0), delta);
        } else {
          out.addProduct(weights.get(k), delta);
        }
        divisor += weights.get(k);
      }
      double magnitude = weights.stream().mapToDouble(Math::abs).sum();
      if (normalize && Math.abs(divisor) > 1e-12 * magnitude) {
        out.divide(divisor);
      }
    }

    private void elected(Stretch stretch, Tile out) {
      int n = weights.size();
      Tile[] weighted = new Tile[n];
      Tile signs = stretch.scratch(n);
      for (int k = 0; k < n; k++) {
        weighted[k] = sparse(stretch, k, weights.get(k), stretch.scratch(k));
      }
      signs.sum(weighted);
      signs.elect();
      if (normalize) {
        out.meanOfAgreeing(ones, weighted, signs, asDoubles, stretch.scratch(n + 1));
      } else {
        out.sumOfAgreeing(ones, weighted, signs);
      }
    }

    private Tile sparse(Stretch stretch, int k, double weight, Tile delta) {
      delta.difference(stretch.input(k + 1), stretch.input(0));
      mask.apply(stretch, k, delta, factors[k], weight);
      return delta;
    }
  }
}
