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

class NearSwapTest {

  @Property(tries = 300, seed = "1", shrinking = ShrinkingMode.BOUNDED)
  void anyTensorIsThatOfTheFormula(
      @ForAll @IntRange(max = 70) int n,
      @ForAll @DoubleRange(min = -0.1, max = 0.2) @Scale(8) double t,
      @ForAll long seed) {
    for (Precision precision : Precision.values()) {
      double[][] in = Plain.random(precision, 2, n, 0.1, seed);
      if (n > 2) {
        in[1][1] = in[0][1];
        in[1][2] = in[0][2] + 0x1p-22;
      }
      Plain.assertSame(mix(t, precision, in), reference(t, in[0], in[1]), precision, in);
    }
  }

  @Test
  void shapesOfAllKinds() {
    for (List<Long> shape : Plain.SHAPES) {
      double[][] in = Plain.random(Precision.FLOAT64, 2, Plain.elements(shape), 0.1, 2);
      Plain.assertSame(
          Plain.mix(new NearSwap(0.05), Precision.FLOAT64, shape, in),
          reference(0.05, in[0], in[1]),
          Precision.FLOAT64,
          in);
    }
  }

  @Test
  void nearWeightsAreTheOtherModels() {
    double[] base = {1, 1, 1, -1};
    double[] other = {1.25, 1.5, 0, -1};
    for (Precision precision : Precision.values()) {
      assertThat(mix(0.25, precision, base, other)).containsExactly(1.25, 1.25, 0.75, -1);
      assertThat(mix(0, precision, base, other)).containsExactly(base);
      assertThat(mix(-1, precision, base, other)).containsExactly(base);
    }
  }

  @Test
  void nanStays() {
    assertThat(
            mix(1, Precision.FLOAT32, new double[] {1, Double.NaN}, new double[] {Double.NaN, 1}))
        .containsOnly(Double.NaN);
  }

  @Test
  void whatItCannotDoIsTold() {
    assertThatThrownBy(() -> new NearSwap(Double.NEGATIVE_INFINITY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("t -Infinity is not a finite number");
    assertThatThrownBy(() -> mix(1, Precision.FLOAT32, new double[1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("nearswap takes 2 inputs; here are 1");
  }

  private static double[] mix(double t, Precision precision, double[]... in) {
    return Plain.mix(new NearSwap(t), precision, List.of((long) in[0].length), in);
  }

  private static double[] reference(double t, double[] base, double[] other) {
    double[] out = new double[base.length];
    for (int i = 0; i < out.length; i++) {
      double a = Math.clamp(t / Math.max(Math.abs(base[i] - other[i]), 1e-6), 0.0, 1.0);
      out[i] = a * other[i] + (1 - a) * base[i];
    }
    return out;
  }
}
