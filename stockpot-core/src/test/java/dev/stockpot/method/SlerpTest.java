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
import org.junit.jupiter.api.Test;

class SlerpTest {

  @Test
  void anyShapeIsThatOfTheFormula() {
    for (Precision precision : Precision.values()) {
      for (List<Long> shape : Plain.SHAPES) {
        check(precision, shape, 0.35, 0.5, 3);
        check(precision, shape, 0.8, 0.001, 4);
      }
    }
  }

  @Property(tries = 300, seed = "1", shrinking = ShrinkingMode.BOUNDED)
  void anyRatioAndSpreadIsThatOfTheFormula(
      @ForAll @IntRange(max = 300) int n,
      @ForAll @DoubleRange(min = -0.5, max = 1.5) double t,
      @ForAll @DoubleRange(min = 1e-4, max = 10) @Scale(4) double spread,
      @ForAll long seed) {
    for (Precision precision : Precision.values()) {
      check(precision, List.of((long) n), t, spread, seed);
    }
  }

  @Test
  void theEndsAreTheModels() {
    double[][] in = Plain.random(Precision.FLOAT64, 2, 99, 1, 5);
    assertThat(mix(0, in)).containsExactly(in[0]);
    assertThat(mix(1, in)).containsExactly(in[1]);
  }

  @Test
  void rightAnglesKeepTheNorm() {
    assertThat(mix(0.5, new double[] {3, 0}, new double[] {0, 3}))
        .containsExactly(new double[] {3 * Math.sqrt(0.5), 3 * Math.sqrt(0.5)}, within());
  }

  @Test
  void oppositeAndParallelModelsGoStraight() {
    double[][] in = Plain.random(Precision.FLOAT64, 1, 65, 1, 6);
    assertThat(mix(0.25, in[0], Plain.times(-3, in[0])))
        .containsExactly(Plain.times(0, in[0]), within());
    assertThat(mix(0.25, in[0], Plain.times(3, in[0])))
        .containsExactly(Plain.times(1.5, in[0]), within());
  }

  @Test
  void zerosAreAtRightAnglesToEverything() {
    double[] zero = new double[2];
    assertThat(mix(0.5, zero, zero)).containsExactly(0, 0);
    assertThat(mix(0.5, zero, new double[] {3, 4}))
        .containsExactly(new double[] {3 * Math.sqrt(0.5), 4 * Math.sqrt(0.5)}, within());
  }

  /// The element counts as 0 in both.
  @Test
  void oneNaNSpoilsOneElement() {
    for (Precision precision : Precision.values()) {
      double[][] in = Plain.random(precision, 2, 4098, 0.5, 7);
      double[][] blank = {in[0].clone(), in[1].clone()};
      in[0][17] = Double.NaN;
      in[1][4000] = Double.POSITIVE_INFINITY;
      for (double[] x : blank) {
        x[17] = 0;
        x[4000] = 0;
      }
      double[] expected = reference(0.3, blank[0], blank[1]);
      double[] found = Plain.mix(new Slerp(0.3), precision, List.of(4098L), in);
      assertThat(found[17]).isNaN();
      assertThat(found[4000]).isInfinite();
      found[17] = 0;
      found[4000] = 0;
      Plain.assertSame(found, expected, precision, blank);
    }
  }

  @Test
  void whatItCannotDoIsTold() {
    assertThatThrownBy(() -> new Slerp(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("t NaN is not a finite number");
    assertThatThrownBy(() -> mix(0.5, new double[3][1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("slerp takes 2 inputs; here are 3");
    assertThatThrownBy(() -> mix(0.5, new double[] {1e200}, new double[] {1}))
        .hasMessage(
            "the values are so large that their squares overflow float64; angles between such"
                + " tensors cannot be measured");
  }

  private static org.assertj.core.data.Offset<Double> within() {
    return org.assertj.core.data.Offset.offset(1e-14);
  }

  private static double[] mix(double t, double[]... in) {
    return Plain.mix(new Slerp(t), Precision.FLOAT64, List.of((long) in[0].length), in);
  }

  private static void check(
      Precision precision, List<Long> shape, double t, double spread, long seed) {
    double[][] in = Plain.random(precision, 2, Plain.elements(shape), spread, seed);
    double[] found = Plain.mix(new Slerp(t), precision, shape, in);
    Plain.assertSame(found, reference(t, in[0], in[1]), precision, in);
  }

  private static double[] reference(double t, double[] b, double[] w) {
    double[] u = Plain.times(1 / Math.max(Plain.norm(b), 1e-300), b);
    double[] v = Plain.times(1 / Math.max(Plain.norm(w), 1e-300), w);
    double cosine = Plain.dot(u, v);
    if (Math.abs(cosine) > 0.9995) {
      return Plain.sum(new double[] {1 - t, t}, b, w);
    }
    double theta = Math.acos(cosine);
    return Plain.times(
        1 / Math.sin(theta),
        Plain.sum(new double[] {Math.sin((1 - t) * theta), Math.sin(t * theta)}, b, w));
  }
}
