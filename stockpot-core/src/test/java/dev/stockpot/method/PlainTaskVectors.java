package dev.stockpot.method;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/// The task-vector methods on whole arrays in float64, from their formulas.
final class PlainTaskVectors {
  private PlainTaskVectors() {}

  static double[][] deltas(double[] base, double[]... tuned) {
    double[][] deltas = new double[tuned.length][base.length];
    for (int k = 0; k < tuned.length; k++) {
      for (int i = 0; i < base.length; i++) {
        deltas[k][i] = tuned[k][i] - base[i];
      }
    }
    return deltas;
  }

  /// Keeps ranks `[from, to)` when entries are sorted by falling magnitude, then by index.
  static double[] keepRanks(double[] delta, long from, long to) {
    int[] order =
        IntStream.range(0, delta.length)
            .boxed()
            .sorted(
                Comparator.<Integer>comparingDouble(i -> -Math.abs(delta[i]))
                    .thenComparing(Comparator.naturalOrder()))
            .mapToInt(i -> i)
            .toArray();
    double[] kept = new double[delta.length];
    for (int r = (int) from; r < to; r++) {
      kept[order[r]] = delta[order[r]];
    }
    return kept;
  }

  static double[] trim(double[] delta, double density) {
    return density >= 1 ? delta : keepRanks(delta, 0, (long) (density * delta.length));
  }

  static double[] outliers(double[] delta, double density, double gamma) {
    if (density >= 1) {
      return delta;
    }
    long kept = (long) (density * delta.length);
    long dropped = Math.min((long) (gamma * delta.length), delta.length - kept);
    return keepRanks(delta, dropped, dropped + kept);
  }

  static double[] rescaled(double[] sparse, double[] delta) {
    double before = Arrays.stream(delta).map(Math::abs).sum();
    double after = Arrays.stream(sparse).map(Math::abs).sum();
    return after == 0 ? sparse : Arrays.stream(sparse).map(d -> d * (before / after)).toArray();
  }

  static double[] sum(
      double[] base, double[][] deltas, double[] weights, double lambda, boolean normalize) {
    double[] out = new double[base.length];
    double divisor = Arrays.stream(weights).sum();
    for (int i = 0; i < base.length; i++) {
      double sum = 0;
      for (int k = 0; k < weights.length; k++) {
        sum += weights[k] * deltas[k][i];
      }
      out[i] = base[i] + lambda * (normalize && divisor != 0 ? sum / divisor : sum);
    }
    return out;
  }

  static double[] elected(
      double[] base, double[][] deltas, double[] weights, double lambda, boolean normalize) {
    double[] out = new double[base.length];
    for (int i = 0; i < base.length; i++) {
      double sum = 0;
      for (int k = 0; k < weights.length; k++) {
        sum += weights[k] * deltas[k][i];
      }
      double sign = sum >= 0 ? 1 : -1;
      double agreeing = 0;
      double divisor = 0;
      for (int k = 0; k < weights.length; k++) {
        if (Math.signum(weights[k] * deltas[k][i]) == sign) {
          agreeing += weights[k] * deltas[k][i];
          divisor += weights[k];
        }
      }
      out[i] = base[i] + lambda * (normalize && divisor != 0 ? agreeing / divisor : agreeing);
    }
    return out;
  }

  static double[] ram(double[] base, double[][] deltas, double epsilon, double[] unique) {
    double[] out = base.clone();
    for (int i = 0; i < base.length; i++) {
      int count = 0;
      for (double[] delta : deltas) {
        count += Math.abs(delta[i]) > epsilon ? 1 : 0;
      }
      double sum = 0;
      for (int k = 0; k < deltas.length; k++) {
        if (Math.abs(deltas[k][i]) > epsilon) {
          sum += count == 1 ? unique[k] * deltas[k][i] : deltas[k][i] / count;
        }
      }
      out[i] += sum;
    }
    return out;
  }

  static double[] ramPlus(double[] base, double[][] deltas, double epsilon, double r, double a) {
    double[] unique = new double[deltas.length];
    for (int k = 0; k < deltas.length; k++) {
      double alone = 0;
      double shared = 0;
      for (int i = 0; i < base.length; i++) {
        int index = i;
        long count = Arrays.stream(deltas).filter(d -> Math.abs(d[index]) > epsilon).count();
        if (Math.abs(deltas[k][i]) > epsilon) {
          alone += count == 1 ? 1 : 0;
          shared += count > 1 ? 1 : 0;
        }
      }
      unique[k] = 1 + r * Math.min(shared == 0 ? 0 : shared / alone, a);
    }
    return ram(base, deltas, epsilon, unique);
  }

  static double[] sce(double[] base, double[][] deltas, double topk) {
    int n = base.length;
    int k = deltas.length;
    double[] variance = new double[n];
    for (int i = 0; i < n; i++) {
      int index = i;
      double mean = Arrays.stream(deltas).mapToDouble(d -> d[index]).sum() / k;
      variance[i] =
          Arrays.stream(deltas).mapToDouble(d -> (d[index] - mean) * (d[index] - mean)).sum() / k;
    }
    double[][] selected = deltas;
    if (topk < 1) {
      long nonzero = Arrays.stream(variance).filter(v -> v != 0).count();
      double[] kept = keepRanks(variance, 0, (long) (topk * nonzero));
      selected =
          Arrays.stream(deltas)
              .map(d -> IntStream.range(0, n).mapToDouble(i -> kept[i] == 0 ? 0 : d[i]).toArray())
              .toArray(double[][]::new);
    }
    double[] squares =
        Arrays.stream(selected).mapToDouble(d -> Arrays.stream(d).map(x -> x * x).sum()).toArray();
    double total = Arrays.stream(squares).sum();
    double[] out = base.clone();
    for (int i = 0; i < n; i++) {
      int index = i;
      double sign = Arrays.stream(selected).mapToDouble(d -> d[index]).sum() >= 0 ? 1 : -1;
      double sum = 0;
      double divisor = 0;
      for (int j = 0; j < k; j++) {
        if (Math.signum(selected[j][i]) == sign) {
          double weight = total == 0 ? 1.0 / k : squares[j] / total;
          sum += weight * selected[j][i];
          divisor += weight;
        }
      }
      out[i] += divisor == 0 ? 0 : sum / divisor;
    }
    return out;
  }

  static double[] arcee(double[] base, double[] tuned, int row) {
    int n = base.length;
    double[] importance = new double[n];
    for (int at = 0; at < n; at += row) {
      double[] p = softmax(Arrays.copyOfRange(tuned, at, at + row));
      double[] q = softmax(Arrays.copyOfRange(base, at, at + row));
      double divergence = 0;
      for (int i = 0; i < row; i++) {
        divergence += p[i] * Math.log(p[i] / q[i]);
      }
      for (int i = at; i < at + row; i++) {
        importance[i] = Math.abs(tuned[i] - base[i]) * Math.max(0, divergence);
      }
    }
    double[] sorted = importance.clone();
    Arrays.sort(sorted);
    double threshold =
        n == 0
            ? 0
            : sorted[(int) (0.5 * (n - 1))]
                + 1.5 * (sorted[(int) (0.75 * (n - 1))] - sorted[(int) (0.25 * (n - 1))]);
    return IntStream.range(0, n)
        .mapToDouble(i -> importance[i] >= threshold ? tuned[i] : base[i])
        .toArray();
  }

  private static double[] softmax(double[] x) {
    double largest = Arrays.stream(x).max().orElse(0);
    double[] e = Arrays.stream(x).map(v -> Math.exp(v - largest)).toArray();
    double sum = Arrays.stream(e).sum();
    return Arrays.stream(e).map(v -> v / sum).toArray();
  }
}
