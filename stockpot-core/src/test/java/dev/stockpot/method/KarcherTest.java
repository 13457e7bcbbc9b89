package dev.stockpot.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.merge.Precision;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class KarcherTest {
  private static final Karcher USUAL = new Karcher(10, 1e-5);

  @Test
  void anyShapeIsThatOfWholeArrays() {
    for (Precision precision : Precision.values()) {
      for (List<Long> shape : Plain.SHAPES) {
        for (int k : new int[] {1, 2, 3, 8}) {
          check(USUAL, precision, shape, k, 0.1, k);
        }
      }
    }
  }

  @Property(tries = 200, seed = "1", shrinking = ShrinkingMode.BOUNDED)
  void anySpreadIsThatOfWholeArrays(
      @ForAll @IntRange(min = 30, max = 300) int n,
      @ForAll @IntRange(min = 2, max = 8) int k,
      @ForAll @DoubleRange(min = 1e-3, max = 1) @Scale(3) double spread,
      @ForAll @IntRange(max = 12) int steps,
      @ForAll long seed) {
    check(new Karcher(steps, 1e-5), Precision.FLOAT64, List.of((long) n), k, spread, seed);
  }

  @Test
  void theMeanIsWhereTheTangentsCancel() {
    double[] found =
        mix(
            new Karcher(100, 0),
            new double[] {1, 0, 0},
            new double[] {0, 1, 0},
            new double[] {0, 0, 1});
    double third = Math.sqrt(1.0 / 3);
    assertThat(found).containsExactly(new double[] {third, third, third}, Offset.offset(1e-14));
  }

  @Test
  void zerosCountForTheNormOnly() {
    assertThat(mix(USUAL, new double[] {3, 4}, new double[2]))
        .containsExactly(new double[] {1.5, 2}, Offset.offset(1e-15));
    assertThat(mix(USUAL, new double[3][2])).containsOnly(0);
  }

  @Test
  void oppositeDirectionsLeaveTheFirst() {
    for (double factor : new double[] {-1, -3, -0.7}) {
      double[] x = Plain.random(Precision.FLOAT64, 1, 65, 1, 5)[0];
      double scale = (1 - factor) / 2;
      assertThat(mix(USUAL, x, Plain.times(factor, x)))
          .containsExactly(Plain.times(scale, x), Offset.offset(1e-13));
    }
  }

  @Test
  void theOrderMattersToTheLastRoundingOnly() {
    double[][] in = Plain.random(Precision.FLOAT64, 3, 99, 0.3, 8);
    Plain.assertSame(mix(USUAL, in[2], in[0], in[1]), mix(USUAL, in), Precision.FLOAT64, in);
  }

  @Test
  void oneNaNSpoilsOneElement() {
    double[][] in = Plain.random(Precision.FLOAT64, 3, 99, 0.5, 6);
    double[][] blank = {in[0].clone(), in[1].clone(), in[2].clone()};
    for (double[] x : blank) {
      x[44] = 0;
    }
    in[0][44] = Double.NaN;
    double[] expected = reference(USUAL, blank);
    expected[44] = Double.NaN;
    Plain.assertSame(mix(USUAL, in), expected, Precision.FLOAT64, blank);
  }

  @Test
  void whatItCannotDoIsTold() {
    assertThatThrownBy(() -> new Karcher(-1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("max_iter -1 is less than 0");
    assertThatThrownBy(() -> new Karcher(1, Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("tol NaN is less than 0");
  }

  private static double[] mix(Karcher method, double[]... in) {
    return Plain.mix(method, Precision.FLOAT64, List.of((long) in[0].length), in);
  }

  private static void check(
      Karcher method, Precision precision, List<Long> shape, int k, double spread, long seed) {
    double[][] in = Plain.random(precision, k, Plain.elements(shape), spread, seed);
    Plain.assertSame(Plain.mix(method, precision, shape, in), reference(method, in), precision, in);
  }

  /// Step by step on the sphere, with whole arrays.
  private static double[] reference(Karcher method, double[]... in) {
    int k = in.length;
    if (in[0].length == 0) {
      return in[0];
    }
    double[] mean = new double[in[0].length];
    double norm = 0;
    double[][] units = new double[k][];
    for (int i = 0; i < k; i++) {
      norm += Plain.norm(in[i]) / k;
      units[i] = Plain.times(1 / Plain.norm(in[i]), in[i]);
      mean = Plain.sum(new double[] {1, 1.0 / k}, mean, units[i]);
    }
    mean = Plain.times(1 / Plain.norm(mean), mean);
    for (int step = 0; step < method.maxIter(); step++) {
      double[] tangent = new double[mean.length];
      for (double[] unit : units) {
        double cosine = Math.clamp(Plain.dot(mean, unit), -1.0, 1.0);
        double theta = Math.acos(cosine);
        if (theta >= method.tol()) {
          double[] log =
              Plain.times(
                  theta / Math.sin(theta), Plain.sum(new double[] {1, -cosine}, unit, mean));
          tangent = Plain.sum(new double[] {1, 1.0 / k}, tangent, log);
        }
      }
      double length = Plain.norm(tangent);
      if (length < method.tol()) {
        break;
      }
      mean = Plain.sum(new double[] {Math.cos(length), Math.sin(length) / length}, mean, tangent);
      mean = Plain.times(1 / Plain.norm(mean), mean);
    }
    return Plain.times(norm, mean);
  }
}
