package dev.stockpot.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RandomBitsTest {
  private static final int WINDOW = 2048;

  /// What is chosen of the `n` positions from `from` on, window by window.
  private static int[] chosen(long stream, long from, int n, double probability) {
    int[] all = new int[n];
    int[] window = new int[WINDOW];
    for (int at = 0; at < n; at += WINDOW) {
      RandomBits.choose(stream, from + at, WINDOW, probability, window);
      System.arraycopy(window, 0, all, at, WINDOW);
    }
    return all;
  }

  /// Within 4.5 standard deviations of a binomial distribution, also of probabilities that 16 bits
  /// cannot tell from 0 or from others.
  @ParameterizedTest
  @ValueSource(doubles = {3e-6, 1.7e-5, 0.0101, 0.3, 0.5, 0.999_995})
  void asManyAreChosenAsTheProbabilitySays(double probability) {
    int n = 1 << 24;
    double deviation = Math.sqrt(n * probability * (1 - probability));
    for (long stream = 1; stream <= 3; stream++) {
      assertThat((double) Arrays.stream(chosen(stream, 0, n, probability)).sum())
          .isCloseTo(n * probability, within(4.5 * deviation));
    }
  }

  /// Of positions any distance apart both are chosen as often as by chance: neighbours, those whose
  /// numbers are halves of one mix, those of the next window.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 16, 1023, 1024, 1025, 2047, 2048, 4096})
  void positionsAreChosenIndependently(int distance) {
    int n = 1 << 22;
    for (double probability : new double[] {0.1, 0.5, 0.7}) {
      int[] chosen = chosen(5, 0, n, probability);
      int pairs = n - distance;
      double both =
          IntStream.range(0, pairs).filter(i -> chosen[i] + chosen[i + distance] == 2).count();
      double square = probability * probability;
      assertThat(both)
          .as("of " + probability)
          .isCloseTo(pairs * square, within(6 * Math.sqrt(pairs * square * (1 - square))));
    }
  }

  @Test
  void streamsAreIndependent() {
    int n = 1 << 20;
    int[] one = chosen(RandomBits.stream(9, 0), 0, n, 0.5);
    int[] other = chosen(RandomBits.stream(9, 1), 0, n, 0.5);
    assertThat((double) IntStream.range(0, n).filter(i -> one[i] == other[i]).count())
        .isCloseTo(n / 2.0, within(4.5 * Math.sqrt(n / 4.0)));
  }

  @Test
  void whatIsChosenDependsOnThePositionOnly() {
    int[] long4 = new int[4 * WINDOW];
    RandomBits.choose(7, 3 * WINDOW, 4 * WINDOW - 5, 0.4, long4);
    int[] expected = chosen(7, 3 * WINDOW, 4 * WINDOW, 0.4);
    assertThat(Arrays.copyOf(long4, 4 * WINDOW - 5))
        .isEqualTo(Arrays.copyOf(expected, 4 * WINDOW - 5));
  }

  /// The lower 32 bits of these positions repeat.
  @Test
  void positionsBeyondTheRangeOfAnIntAreOthers() {
    int[] first = chosen(7, 0, 1 << 16, 0.5);
    for (long far : new long[] {1L << 32, 1L << 33, 1L << 40}) {
      int[] beyond = chosen(7, far, 1 << 16, 0.5);
      assertThat((double) IntStream.range(0, 1 << 16).filter(i -> first[i] == beyond[i]).count())
          .isCloseTo(1 << 15, within(4.5 * 128));
    }
  }

  @Test
  void allOrNothing() {
    assertThat(chosen(3, 0, 1 << 16, 1)).containsOnly(1);
    assertThat(chosen(3, 0, 1 << 16, 0)).containsOnly(0);
  }
}
