package dev.stockpot.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.merge.Precision;
import dev.stockpot.method.NuSlerp.Along;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class NuSlerpTest {

  @Test
  void anyShapeIsThatOfTheFormula() {
    for (Precision precision : Precision.values()) {
      for (Along along : Along.values()) {
        for (List<Long> shape : Plain.SHAPES) {
          check(precision, shape, new NuSlerp(0.6, along, false), 0.5, 3);
          check(precision, shape, new NuSlerp(0.3, along, true), 0.1, 4);
        }
      }
    }
  }

  @Property(tries = 200, seed = "1", shrinking = ShrinkingMode.BOUNDED)
  void anyMatrixIsThatOfTheFormula(
      @ForAll @IntRange(min = 1, max = 20) int rows,
      @ForAll @IntRange(min = 8, max = 70) int columns,
      @ForAll @DoubleRange(min = -0.5, max = 1.5) double t,
      @ForAll boolean hasBase,
      @ForAll long seed) {
    for (Along along : Along.values()) {
      NuSlerp method = new NuSlerp(t, along, hasBase);
      // Along a few elements angles can come close to 180°.
      if (along != Along.FIRST || rows > 7) {
        List<Long> shape = List.of((long) rows, (long) columns);
        check(Precision.FLOAT64, shape, method, hasBase ? 0.1 : 0.5, seed);
      }
    }
  }

  @Test
  void theRatioIsThatOfTheWeights() {
    assertThat(method(0.4, 0.6, true, false))
        .isEqualTo(new NuSlerp(0.6 / (0.4 + 0.6), Along.ALL, false));
    assertThat(method(1, 3, false, false)).isEqualTo(new NuSlerp(0.75, Along.LAST, false));
    assertThat(method(0.5, -0.5, false, true)).isEqualTo(new NuSlerp(0.5, Along.FIRST, false));
    assertThat(method(1, 1, true, true)).isEqualTo(new NuSlerp(0.5, Along.ALL, false));
  }

  /// However long the vectors are, and whether or not products are exact.
  @Test
  void oppositeVectorsGoStraight() {
    for (Along along : Along.values()) {
      for (double factor : new double[] {-1, -3, -0.7}) {
        for (List<Long> shape : Plain.SHAPES) {
          double[] x = Plain.random(Precision.FLOAT64, 1, Plain.elements(shape), 1, 5)[0];
          double[] y = Plain.times(factor, x);
          double[] found =
              Plain.mix(new NuSlerp(0.25, along, false), Precision.FLOAT64, shape, x, y);
          Plain.assertSame(
              found, Plain.sum(new double[] {0.75, 0.25}, x, y), Precision.FLOAT64, x, y);
        }
      }
    }
  }

  /// At 180° − δ the result is as good as 1e-15 / δ².
  @Test
  void nearlyOppositeVectorsKeepWhatAccuracyThereIs() {
    for (double delta : new double[] {1e-1, 1e-2, 1e-3, 1e-4}) {
      double[] x = {1, 0};
      double[] y = {-Math.cos(delta), Math.sin(delta)};
      double theta = Math.PI - delta;
      double[] expected =
          Plain.sum(
              new double[] {
                Math.sin(0.75 * theta) / Math.sin(delta), Math.sin(0.25 * theta) / Math.sin(delta)
              },
              x,
              y);
      double[] found =
          Plain.mix(new NuSlerp(0.25, Along.ALL, false), Precision.FLOAT64, List.of(2L), x, y);
      double accuracy = 1e-15 / delta / delta / delta;
      assertThat(found).containsExactly(expected, Offset.offset(accuracy));
    }
  }

  @Test
  void equalTaskVectorsAndZerosComeBack() {
    double[] base = {1, 2, 3, 4};
    double[] w = {1.5, 2, 3, 3};
    for (Along along : Along.values()) {
      NuSlerp method = new NuSlerp(0.3, along, true);
      Plain.assertSame(
          Plain.mix(method, Precision.FLOAT64, List.of(2L, 2L), base, w, w),
          w,
          Precision.FLOAT64,
          base);
      assertThat(Plain.mix(method, Precision.FLOAT64, List.of(2L, 2L), base, base, base))
          .containsExactly(base, Offset.offset(1e-15));
    }
  }

  @Test
  void oneNaNSpoilsOneElement() {
    for (Along along : Along.values()) {
      double[][] in = Plain.random(Precision.FLOAT64, 2, 30, 0.5, 7);
      double[][] blank = {in[0].clone(), in[1].clone()};
      blank[0][7] = 0;
      blank[1][7] = 0;
      in[1][7] = Double.NaN;
      List<Long> shape = List.of(5L, 6L);
      double[] expected = reference(new NuSlerp(0.4, along, false), shape, blank);
      expected[7] = Double.NaN;
      double[] found = Plain.mix(new NuSlerp(0.4, along, false), Precision.FLOAT64, shape, in);
      Plain.assertSame(found, expected, Precision.FLOAT64, blank);
    }
  }

  @Test
  void whatItCannotDoIsTold() {
    assertThatThrownBy(() -> method(Double.NaN, 1, true, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the weights' ratio NaN is not a finite number");
    assertThatThrownBy(() ->
            Plain.mix(
                new NuSlerp(0.5, Along.ALL, true),
                Precision.FLOAT64,
                List.of(1L),
                new double[2][1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("nuslerp takes 3 inputs; here are 2");
  }

  private static Object method(double first, double second, boolean flatten, boolean rowWise) {
    return NuSlerp.DEFINITION
        .create()
        .apply(
            new Parameters(
                false,
                Map.of("nuslerp_flatten", flatten, "nuslerp_row_wise", rowWise),
                List.of(Map.of("weight", first), Map.of("weight", second))));
  }

  private static void check(
      Precision precision, List<Long> shape, NuSlerp method, double spread, long seed) {
    int k = method.hasBase() ? 3 : 2;
    double[][] in = Plain.random(precision, k, Plain.elements(shape), spread, seed);
    if (method.hasBase()) {
      // Both task vectors to the same side, more or less, so that none is opposite.
      in[0] = Plain.times(0.5, in[0]);
    }
    double[] found = Plain.mix(method, precision, shape, in);
    double[] expected = reference(method, shape, in);
    // Coefficients beyond 1 where vectors of few elements point apart.
    double[] reach = Plain.times(4, expected);
    Plain.assertSame(found, expected, precision, in[0], in[1], in[k - 1], reach);
  }

  private static double[] reference(NuSlerp method, List<Long> shape, double[]... in) {
    int first = method.hasBase() ? 1 : 0;
    double[] base = method.hasBase() ? in[0] : new double[in[0].length];
    double[] out = new double[base.length];
    for (int[] vector : vectors(method.along(), shape)) {
      double[] x = Plain.minus(take(in[first], vector), take(base, vector));
      double[] y = Plain.minus(take(in[first + 1], vector), take(base, vector));
      double[] mixed = interpolate(method.t(), x, y);
      for (int i = 0; i < vector.length; i++) {
        out[vector[i]] = mixed[i] + base[vector[i]];
      }
    }
    return out;
  }

  private static double[] interpolate(double t, double[] x, double[] y) {
    double[] u = Plain.times(1 / Math.max(Plain.norm(x), 1e-7), x);
    double[] v = Plain.times(1 / Math.max(Plain.norm(y), 1e-7), y);
    double theta = Math.acos(Math.clamp(Plain.dot(u, v), -1.0, 1.0));
    double sine = Math.sin(theta);
    // One element: 180° is not hit exactly by products that are rounded.
    return sine < 1e-7
        ? Plain.sum(new double[] {1 - t, t}, x, y)
        : Plain.sum(
            new double[] {Math.sin((1 - t) * theta) / sine, Math.sin(t * theta) / sine}, x, y);
  }

  /// The elements of each vector.
  private static List<int[]> vectors(Along along, List<Long> shape) {
    int n = Plain.elements(shape);
    List<int[]> vectors = new ArrayList<>();
    if (n == 0) {
      return vectors;
    }
    int size =
        switch (along) {
          case ALL -> n;
          case LAST -> shape.isEmpty() ? 1 : (int) (long) shape.getLast();
          case FIRST -> shape.isEmpty() ? 1 : (int) (long) shape.getFirst();
        };
    int stride = along == Along.FIRST ? n / size : 1;
    for (int v = 0; v < n / size; v++) {
      int start = along == Along.FIRST ? v : v * size;
      vectors.add(IntStream.range(0, size).map(i -> start + i * stride).toArray());
    }
    return vectors;
  }

  private static double[] take(double[] values, int... indices) {
    return Arrays.stream(indices).mapToDouble(i -> values[i]).toArray();
  }
}
