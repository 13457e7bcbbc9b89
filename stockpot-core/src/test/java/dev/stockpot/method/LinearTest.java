package dev.stockpot.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.merge.InMemory;
import dev.stockpot.merge.Precision;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/// [Linear] against plain loops over one element after another.
class LinearTest {

  @Test
  void meansOfAnySizeAreThoseOfPlainLoops() {
    for (int k : new int[] {1, 2, 3, 10, 100}) {
      for (int n : new int[] {0, 1, 7, 8, 9, 15, 16, 17, 63, 64, 65, 2048}) {
        check(Linear.mean(k), k, n, k * 31L + n);
      }
    }
  }

  @Property(tries = 200, seed = "12", shrinking = ShrinkingMode.BOUNDED)
  void anyWeightsAreThoseOfPlainLoops(
      @ForAll @IntRange(min = 1, max = 12) int k,
      @ForAll @IntRange(max = 70) int n,
      @ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Double> weights = random.doubles(k, -1, 2).boxed().toList();
    check(new Linear(weights, random.nextDouble(0.1, 3)), k, n, seed);
  }

  @Test
  void productsAreRoundedBeforeTheyAreAdded() {
    // 0.1·0.1 fused with the addition would leave a remainder.
    Linear linear = new Linear(List.of(1.0, 0.1), 1);
    double[] first = {-(0.1 * 0.1)};
    assertThat(mix(linear, Precision.FLOAT64, first, new double[] {0.1})).containsExactly(0);
    first[0] = -(0.1f * 0.1f);
    assertThat(mix(linear, Precision.FLOAT32, first, new double[] {0.1})).containsExactly(0);
  }

  @Test
  void negativeZeroStays() {
    double[] zero = {-0.0};
    for (Precision precision : Precision.values()) {
      double[] out = mix(Linear.mean(3), precision, zero, zero, zero);
      assertThat(Double.doubleToRawLongBits(out[0])).isEqualTo(Long.MIN_VALUE);
    }
  }

  @Test
  void infinityStays() {
    double[] infinite = {Double.NEGATIVE_INFINITY};
    for (Precision precision : Precision.values()) {
      assertThat(mix(Linear.mean(2), precision, new double[] {1}, infinite))
          .containsExactly(Double.NEGATIVE_INFINITY);
    }
  }

  @Test
  void theDivisorIsTheSumOfTheWeights() {
    assertThat(Linear.mean(List.of(0.5, 0.25, 2.0)))
        .isEqualTo(new Linear(List.of(0.5, 0.25, 2.0), 2.75));
    assertThat(Linear.mean(4)).isEqualTo(new Linear(Collections.nCopies(4, 1.0), 4));
    assertThat(Linear.sum(2).over(7)).isEqualTo(new Linear(List.of(1.0, 1.0), 7));
    assertThat(Linear.mean(2).name()).isEqualTo("linear");
  }

  @Test
  void weightsAreFiniteAndDoNotCancel() {
    expectRefused(List.of(), 1, "weights [] are not finite numbers");
    expectRefused(List.of(1.0, Double.NaN), 1, "weights [1.0, NaN] are not finite numbers");
    expectRefused(
        List.of(Double.POSITIVE_INFINITY), 1, "weights [Infinity] are not finite numbers");
    expectRefused(List.of(1.0), 0, "the weights [1.0] add up to 0");
    expectRefused(List.of(1.0), Double.NaN, "cannot divide by NaN");
    assertThatThrownBy(() -> Linear.mean(List.of(1.0, -1.0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the weights [1.0, -1.0] add up to 0");
  }

  @Test
  void everyIngredientHasAWeight() {
    assertThatThrownBy(() -> mix(Linear.mean(2), Precision.FLOAT32, new double[3][1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("3 ingredients for 2 weights");
    assertThatThrownBy(() -> mix(Linear.mean(2), Precision.FLOAT64, new double[1][1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("1 ingredients for 2 weights");
  }

  private static void expectRefused(List<Double> weights, double divisor, String message) {
    assertThatThrownBy(() -> new Linear(weights, divisor))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  private static double[] mix(Linear linear, Precision precision, double[]... inputs) {
    return InMemory.mix(linear, precision, List.of((long) inputs[0].length), inputs);
  }

  private static void check(Linear linear, int k, int n, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] doubles = new double[k][n];
    double[][] floats = new double[k][n];
    for (int i = 0; i < k; i++) {
      for (int j = 0; j < n; j++) {
        doubles[i][j] = Math.scalb(random.nextDouble(-1, 1), random.nextInt(-30, 30));
        floats[i][j] = (float) doubles[i][j];
      }
    }
    double[] out = mix(linear, Precision.FLOAT64, doubles);
    double[] single = mix(linear, Precision.FLOAT32, floats);
    for (int j = 0; j < n; j++) {
      double sum = linear.weights().get(0) * doubles[0][j];
      float singleSum = linear.weights().get(0).floatValue() * (float) floats[0][j];
      for (int i = 1; i < k; i++) {
        double product = linear.weights().get(i) * doubles[i][j];
        sum = sum + product;
        float singleProduct = linear.weights().get(i).floatValue() * (float) floats[i][j];
        singleSum = singleSum + singleProduct;
      }
      assertThat(out[j]).isEqualTo(sum / linear.divisor());
      assertThat(single[j]).isEqualTo(singleSum / (float) linear.divisor());
    }
  }
}
