package dev.stockpot.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.merge.Precision;
import dev.stockpot.merge.UndefinedResultException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class MultiSlerpTest {
  private static final double EPS = 1e-8;

  @Test
  void anyShapeIsThatOfTheTangents() {
    for (Precision precision : Precision.values()) {
      for (List<Long> shape : Plain.SHAPES) {
        for (int k : new int[] {2, 3, 8}) {
          check(precision, shape, k, false);
          check(precision, shape, k, true);
        }
      }
    }
  }

  @Test
  void weightsAreSharesUnlessTheUserSaysNo() {
    assertThat(method(true, 1, 3)).isEqualTo(new MultiSlerp(List.of(0.25, 0.75), EPS, false));
    assertThat(method(false, 1, 3)).isEqualTo(new MultiSlerp(List.of(1.0, 3.0), EPS, false));
  }

  @Test
  void twoDirectionsThatCancelGoStraight() {
    double[] x = Plain.random(Precision.FLOAT64, 1, 65, 1, 5)[0];
    for (double factor : new double[] {-1, -3, -0.7}) {
      double[] y = Plain.times(factor, x);
      assertThat(mix(new MultiSlerp(List.of(0.5, 0.5), EPS, false), x, y))
          .containsExactly(Plain.sum(new double[] {0.5, 0.5}, x, y), Offset.offset(1e-15));
    }
  }

  @Test
  void moreDirectionsThatCancelHaveNoMean() {
    double[] x = {1, 0};
    MultiSlerp method = new MultiSlerp(Collections.nCopies(4, 0.25), EPS, false);
    assertThatThrownBy(
            () -> mix(method, x, Plain.times(-2, x), new double[] {0, 3}, new double[] {0, -1}))
        .isInstanceOf(UndefinedResultException.class)
        .hasMessage(
            "the directions of the 4 models cancel out, so they have no mean; choose other weights"
                + " or another method");
  }

  @Test
  void zerosStayZero() {
    MultiSlerp method = new MultiSlerp(Collections.nCopies(3, 1.0 / 3), EPS, false);
    assertThat(mix(method, new double[3][4])).containsOnly(0);
    MultiSlerp withBase = new MultiSlerp(Collections.nCopies(3, 1.0 / 3), EPS, true);
    double[] base = {1, 2, 3};
    assertThat(mix(withBase, base, base, base, base)).containsExactly(base, Offset.offset(1e-15));
  }

  @Test
  void oneNaNSpoilsOneElement() {
    double[][] in = Plain.random(Precision.FLOAT64, 3, 99, 0.5, 6);
    double[][] blank = {in[0].clone(), in[1].clone(), in[2].clone()};
    for (double[] x : blank) {
      x[44] = 0;
    }
    in[2][44] = Double.NaN;
    double[] weights = {0.2, 0.3, 0.5};
    double[] expected = reference(weights, blank);
    expected[44] = Double.NaN;
    Plain.assertSame(
        mix(new MultiSlerp(List.of(0.2, 0.3, 0.5), EPS, false), in),
        expected,
        Precision.FLOAT64,
        blank);
  }

  @Test
  void whatItCannotDoIsTold() {
    assertThatThrownBy(() -> method(true, 1, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("weights [1.0, -1.0] add up to 0");
    assertThatThrownBy(() -> method(false, 1, Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("weights [1.0, NaN] are not two or more finite numbers");
    assertThatThrownBy(() -> new MultiSlerp(List.of(1.0, 1.0), -1, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("eps -1.0 is less than 0");
    assertThatThrownBy(() -> mix(new MultiSlerp(List.of(1.0, 1.0), 0, true), new double[2][1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("multislerp takes 3 inputs; here are 2");
  }

  private static Object method(boolean normalize, double first, double second) {
    return MultiSlerp.DEFINITION
        .create()
        .apply(
            new Parameters(
                false,
                Map.of("normalize_weights", normalize, "eps", EPS),
                List.of(Map.of("weight", first), Map.of("weight", second))));
  }

  private static double[] mix(MultiSlerp method, double[]... in) {
    return Plain.mix(method, Precision.FLOAT64, List.of((long) in[0].length), in);
  }

  private static void check(Precision precision, List<Long> shape, int k, boolean hasBase) {
    double[][] in = Plain.random(precision, k, Plain.elements(shape), 0.05, k);
    List<Double> weights = new SplittableRandom(k).doubles(k, 0.1, 1).boxed().toList();
    double[] expected = reference(weights.stream().mapToDouble(w -> w).toArray(), in);
    double[][] inputs = in;
    if (hasBase) {
      // A base of which sums with the others are exact, and their differences again.
      double[] base = new double[expected.length];
      Arrays.fill(base, precision == Precision.FLOAT64 ? 1 : 0);
      inputs = new double[k + 1][];
      inputs[0] = base;
      for (int i = 0; i < k; i++) {
        inputs[i + 1] = Plain.sum(new double[] {1, 1}, in[i], base);
      }
      expected = Plain.sum(new double[] {1, 1}, expected, base);
    }
    double[] found = Plain.mix(new MultiSlerp(weights, EPS, hasBase), precision, shape, inputs);
    Plain.assertSame(found, expected, precision, inputs);
  }

  /// The method as it was made: along the mean tangent, back onto the sphere.
  private static double[] reference(double[] weights, double[]... in) {
    int k = in.length;
    double[][] units = new double[k][];
    double norm = 0;
    for (int i = 0; i < k; i++) {
      units[i] = Plain.times(1 / (Plain.norm(in[i]) + EPS), in[i]);
      norm += weights[i] * Plain.norm(in[i]);
    }
    double[] mean = Plain.sum(weights, units);
    if (Plain.norm(mean) < EPS) {
      return Plain.sum(weights, in);
    }
    mean = Plain.times(1 / Plain.norm(mean), mean);
    double[] tangent = new double[mean.length];
    for (int i = 0; i < k; i++) {
      double[] tangents = Plain.sum(new double[] {1, -Plain.dot(units[i], mean)}, units[i], mean);
      tangent = Plain.sum(new double[] {1, weights[i]}, tangent, tangents);
    }
    double length = Plain.norm(tangent) + EPS;
    return Plain.times(
        norm, Plain.sum(new double[] {Math.cos(length), Math.sin(length) / length}, mean, tangent));
  }
}
