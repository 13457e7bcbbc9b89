package dev.stockpot.method;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.merge.InMemory;
import dev.stockpot.merge.MergeMethod;
import dev.stockpot.merge.Precision;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// Plain double arithmetic on whole arrays, and inputs to try it on: what methods are compared
/// with.
final class Plain {
  /// Scalars, vectors, matrices and more; lengths on both sides of lanes and tiles.
  static final List<List<Long>> SHAPES =
      List.of(
          List.of(),
          List.of(1L),
          List.of(7L),
          List.of(4098L),
          List.of(0L),
          List.of(3L, 0L),
          List.of(0L, 3L),
          List.of(1L, 9L),
          List.of(9L, 1L),
          List.of(5L, 17L),
          List.of(33L, 2049L),
          List.of(3L, 2L, 65L),
          List.of(2L, 3L, 3L, 3L));

  private Plain() {}

  /// Number of elements.
  static int elements(List<Long> shape) {
    return (int) shape.stream().mapToLong(d -> d).reduce(1, (a, b) -> a * b);
  }

  /// Normal numbers around a center of every element; as bfloat16 holds them for float32.
  static double[][] random(Precision precision, int k, int n, double spread, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] center = random.doubles(n, -1, 1).toArray();
    double[][] all = new double[k][n];
    for (int i = 0; i < k; i++) {
      for (int j = 0; j < n; j++) {
        all[i][j] = stored(precision, center[j] + spread * random.nextGaussian());
      }
    }
    return all;
  }

  private static double stored(Precision precision, double value) {
    return switch (precision) {
      case FLOAT32 -> Float.intBitsToFloat(Float.floatToRawIntBits((float) value) & 0xffff0000);
      case FLOAT64 -> (float) value;
    };
  }

  static double[] mix(MergeMethod method, Precision precision, List<Long> shape, double[]... in) {
    return InMemory.mix(method, precision, shape, in);
  }

  /// Both are the same but for what is far below the rounding of what is written: F32 and BF16.
  static void assertSame(
      double[] found, double[] expected, Precision precision, double[]... inputs) {
    assertThat(found).hasSameSizeAs(expected);
    double unit = precision == Precision.FLOAT32 ? 0x1p-22 : 1e-14;
    for (int i = 0; i < found.length; i++) {
      double scale = Math.abs(expected[i]);
      for (double[] input : inputs) {
        scale += Math.abs(input[i]);
      }
      if (Double.isFinite(expected[i])) {
        assertThat(Math.abs(found[i] - expected[i]))
            .as("element %d: %s, expected %s", i, found[i], expected[i])
            .isLessThanOrEqualTo(unit * scale);
      } else {
        assertThat(found[i]).as("element %d", i).isNaN();
      }
    }
  }

  static double dot(double[] x, double[] y) {
    double sum = 0;
    double lost = 0;
    for (int i = 0; i < x.length; i++) {
      // Compensated, since it is what others are measured by.
      double term = x[i] * y[i] - lost;
      double next = sum + term;
      lost = (next - sum) - term;
      sum = next;
    }
    return sum;
  }

  static double norm(double... x) {
    return Math.sqrt(dot(x, x));
  }

  static double[] minus(double[] x, double[] y) {
    return sum(new double[] {1, -1}, x, y);
  }

  static double[] times(double a, double... x) {
    return Arrays.stream(x).map(value -> a * value).toArray();
  }

  /// Σ cᵢxᵢ
  static double[] sum(double[] c, double[]... x) {
    double[] sum = new double[x[0].length];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < sum.length; j++) {
        sum[j] += c[i] * x[i][j];
      }
    }
    return sum;
  }
}
