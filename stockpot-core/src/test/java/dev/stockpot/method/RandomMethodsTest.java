package dev.stockpot.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stockpot.merge.InMemory;
import dev.stockpot.merge.MergeMethod;
import dev.stockpot.merge.Precision;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// DARE and DELLA keep the fraction and the norm that they state.
class RandomMethodsTest {
  private static final int N = 200_000;
  private static final List<Long> SHAPE = List.of(500L, 400L);
  private static final double[] ZERO = new double[N];
  private static final double[] TUNED =
      new SplittableRandom(3).doubles(N, 0.5, 1.5).map(v -> (float) v).toArray();

  /// With a base of 0, one ingredient of weight 1: what comes out is the sparse task vector.
  private static double[] sparse(MergeMethod method, long seed) {
    return InMemory.mix(method, Precision.FLOAT64, SHAPE, seed, ZERO, TUNED);
  }

  private static MergeMethod dare(double density, Rescale rescale) {
    return new DareLinear(List.of(1.0), List.of(density), 1, false, rescale);
  }

  private static MergeMethod della(double density, double epsilon) {
    return new DellaLinear(
        List.of(1.0), List.of(density), List.of(epsilon), 1, false, Rescale.NONE);
  }

  private static long kept(double[] values) {
    return Arrays.stream(values).filter(v -> v != 0).count();
  }

  /// Within 4.5 standard deviations of a binomial distribution: missed by chance once in 150,000.
  @ParameterizedTest
  @ValueSource(doubles = {0.01, 0.1, 0.5, 0.9})
  void dareKeepsTheStatedFraction(double density) {
    double deviation = Math.sqrt(N * density * (1 - density));
    for (long seed = 0; seed < 5; seed++) {
      assertThat((double) kept(sparse(dare(density, Rescale.NONE), seed)))
          .isCloseTo(N * density, within(4.5 * deviation));
    }
  }

  @Test
  void dareBringsTheNormBack() {
    double norm = Arrays.stream(TUNED).sum();
    assertThat(Arrays.stream(sparse(dare(0.3, Rescale.L1), 1)).sum())
        .isCloseTo(norm, within(1e-9 * norm));
  }

  @Test
  void dareOfThePaperDividesByTheDensity() {
    double[] plain = sparse(dare(0.3, Rescale.NONE), 1);
    double[] divided = sparse(dare(0.3, Rescale.DENSITY), 1);
    for (int i = 0; i < N; i++) {
      assertThat(divided[i]).isEqualTo(plain[i] == 0 ? 0 : TUNED[i] / 0.3);
    }
  }

  @Test
  void anotherSeedKeepsOthersAndTheSameSeedTheSame() {
    double[] one = sparse(dare(0.5, Rescale.NONE), 1);
    assertThat(sparse(dare(0.5, Rescale.NONE), 1)).isEqualTo(one);
    double[] two = sparse(dare(0.5, Rescale.NONE), 2);
    double both =
        IntStream.range(0, N).filter(i -> one[i] != 0 && two[i] != 0).count() / (double) N;
    assertThat(both).isCloseTo(0.25, within(0.01));
  }

  /// Two equal ingredients are dropped independently.
  @Test
  void ingredientsAreDroppedIndependently() {
    MergeMethod method =
        new DareLinear(List.of(1.0, 1.0), List.of(0.5, 0.5), 1, false, Rescale.NONE);
    double[] sum = InMemory.mix(method, Precision.FLOAT64, SHAPE, 1, ZERO, TUNED, TUNED);
    double twice = IntStream.range(0, N).filter(i -> sum[i] > 1.5 * TUNED[i]).count();
    assertThat(twice / N).isCloseTo(0.25, within(0.01));
  }

  @Test
  void dellaKeepsTheStatedFraction() {
    for (double density : new double[] {0.2, 0.5, 0.8}) {
      double deviation = Math.sqrt(N * density * (1 - density));
      assertThat((double) kept(sparse(della(density, 0.15), 7)))
          .isCloseTo(N * density, within(4.5 * deviation));
    }
  }

  /// The upper half of the ranks is kept with δ + ε/2 on average, the lower with δ − ε/2.
  @Test
  void dellaKeepsLargeEntriesMoreOften() {
    double[] found = sparse(della(0.5, 0.4), 7);
    long above = 0;
    long below = 0;
    for (int row = 0; row < 500; row++) {
      double[] sorted = Arrays.copyOfRange(TUNED, row * 400, row * 400 + 400);
      Arrays.sort(sorted);
      double median = sorted[200];
      for (int i = row * 400; i < row * 400 + 400; i++) {
        if (found[i] != 0 && TUNED[i] >= median) {
          above++;
        } else if (found[i] != 0) {
          below++;
        }
      }
    }
    assertThat(above / (N / 2.0)).isCloseTo(0.7, within(0.01));
    assertThat(below / (N / 2.0)).isCloseTo(0.3, within(0.01));
  }

  @Test
  void dellaBringsTheNormBack() {
    MergeMethod method =
        new DellaLinear(List.of(1.0), List.of(0.4), List.of(0.1), 1, false, Rescale.L1);
    double norm = Arrays.stream(TUNED).sum();
    assertThat(Arrays.stream(sparse(method, 1)).sum()).isCloseTo(norm, within(1e-9 * norm));
  }

  @Test
  void aDenseTaskVectorIsUntouchedAndOneOfDensityZeroIsGone() {
    assertThat(sparse(della(1, 0.15), 1)).isEqualTo(TUNED);
    assertThat(sparse(dare(1, Rescale.L1), 1)).isEqualTo(TUNED);
    assertThat(kept(sparse(della(0, 0.15), 1))).isZero();
    assertThat(kept(sparse(dare(0, Rescale.L1), 1))).isZero();
  }

  @Test
  void dellaWantsProbabilitiesBetweenZeroAndOne() {
    assertThatThrownBy(() -> della(0.1, 0.15).begin(null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "density 0.1 with epsilon 0.15: density − epsilon and density + epsilon must be"
                + " between 0 and 1");
  }

  @Test
  void aRowOfOneEntryIsKeptWithTheDensity() {
    double[] base = new double[20_000];
    double[] ones = new double[20_000];
    Arrays.fill(ones, 1);
    double[] found =
        InMemory.mix(della(0.3, 0.2), Precision.FLOAT64, List.of(20_000L, 1L), 5, base, ones);
    assertThat(kept(found) / 20_000.0).isCloseTo(0.3, within(0.015));
  }
}
