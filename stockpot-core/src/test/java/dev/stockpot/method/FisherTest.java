package dev.stockpot.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.merge.Precision;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class FisherTest {

  @Property(tries = 300, seed = "1", shrinking = ShrinkingMode.BOUNDED)
  void anyTensorIsThatOfTheFormula(
      @ForAll @IntRange(min = 1, max = 8) int k,
      @ForAll @IntRange(max = 70) int n,
      @ForAll long seed) {
    for (Precision precision : Precision.values()) {
      check(precision, List.of((long) n), k, seed);
    }
  }

  @Test
  void shapesOfAllKinds() {
    for (List<Long> shape : Plain.SHAPES) {
      check(Precision.FLOAT64, shape, 3, 5);
    }
  }

  @Test
  void weightsThatNobodyCaresAboutAreAveraged() {
    Fisher method = new Fisher(List.of(1.0, 3.0));
    assertThat(mix(method, new double[] {1}, new double[] {2}, new double[1], new double[1]))
        .containsExactly(1.75);
    // Far below the floor, and below zero.
    assertThat(
            mix(
                method,
                new double[] {1},
                new double[] {2},
                new double[] {1e-30},
                new double[] {-5}))
        .containsExactly(1.75);
  }

  @Test
  void equalModelsComeBack() {
    double[] w = Plain.random(Precision.FLOAT64, 1, 99, 1, 4)[0];
    double[][] fisher = fishers(3, 99, 5);
    double[] found =
        mix(new Fisher(List.of(1.0, 0.3, 2.0)), w, w, w, fisher[0], fisher[1], fisher[2]);
    for (int i = 0; i < w.length; i++) {
      assertThat((float) found[i]).isEqualTo((float) w[i]);
    }
  }

  @Test
  void nanStaysInItsElement() {
    double[] found =
        mix(
            new Fisher(List.of(1.0, 1.0)),
            new double[] {1, Double.NaN, 1},
            new double[] {1, 1, 1},
            new double[] {1, 1, Double.NaN},
            new double[] {1, 1, 1});
    assertThat(found).containsExactly(1, Double.NaN, Double.NaN);
  }

  @Test
  void whatItCannotDoIsTold() {
    assertThatThrownBy(() -> new Fisher(List.of(1.0, 0.0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("weights [1.0, 0.0] are not all above 0 and finite");
    assertThatThrownBy(() -> mix(new Fisher(List.of(1.0, 1.0)), new double[3][1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("fisher takes 4 inputs; here are 3");
  }

  private static double[] mix(Fisher method, double[]... in) {
    return Plain.mix(method, Precision.FLOAT64, List.of((long) in[0].length), in);
  }

  /// Squares of many magnitudes, some of them 0.
  private static double[][] fishers(int k, int n, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] all = new double[k][n];
    for (double[] fisher : all) {
      for (int i = 0; i < n; i++) {
        fisher[i] = random.nextInt(9) == 0 ? 0 : Math.scalb(1.0, random.nextInt(-40, 5));
      }
    }
    return all;
  }

  private static void check(Precision precision, List<Long> shape, int k, long seed) {
    int n = Plain.elements(shape);
    double[][] weights = Plain.random(precision, k, n, 0.1, seed);
    double[][] fishers = fishers(k, n, seed);
    List<Double> factors = new SplittableRandom(seed).doubles(k, 0.1, 2).boxed().toList();
    double[][] in = new double[2 * k][];
    System.arraycopy(weights, 0, in, 0, k);
    System.arraycopy(fishers, 0, in, k, k);
    double[] expected = new double[n];
    for (int i = 0; i < n; i++) {
      double sum = 0;
      for (int j = 0; j < k; j++) {
        double share = factors.get(j) * Math.max(fishers[j][i], 1e-8);
        expected[i] += share * weights[j][i];
        sum += share;
      }
      expected[i] /= sum;
    }
    Plain.assertSame(
        Plain.mix(new Fisher(factors), precision, shape, in), expected, precision, weights);
  }
}
