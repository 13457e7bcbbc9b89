package dev.stockpot.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Golden values are SciPy 1.17.1's: `bootstrap((d,), np.mean, method=…, n_resamples=500000)` and
/// `permutation_test((d,), np.mean, permutation_type='samples', n_resamples=2000000)`.
class ResamplingTest {
  /// About five standard errors of a quantile of 10 000 means between 0 and 0.1.
  private static final Offset<Double> DRAWS = within(0.003);

  /// 200 different values.
  private static final double[] EVEN = made(200, i -> i * 7919 % 1009 / 1009.0 - 0.44);

  /// 80 different values, most of them near 0.
  private static final double[] SKEWED = made(80, i -> Math.pow(i * 37 % 101 / 101.0, 8));

  private interface Formula {
    double of(int i);
  }

  @Test
  void intervalsAreScipys() {
    Bootstrap even = new Bootstrap(Differences.of(EVEN), 10_000, 1);
    assertInterval(even.percentile(0.95), 0.0221, 0.1024);
    assertInterval(even.bca(0.95), 0.0221, 0.1025);
    Bootstrap skewed = new Bootstrap(Differences.of(SKEWED), 10_000, 1);
    assertInterval(skewed.percentile(0.95), 0.0659, 0.1578);
    assertInterval(skewed.bca(0.95), 0.0704, 0.1653);
  }

  /// 25 wins and 12 losses of 700: counts are drawn, and the interval falls between counts.
  @Test
  void intervalOfCountsIsScipys() {
    Bootstrap counts = new Bootstrap(Differences.of(signs(25, 12, 700)), 10_000, 1);
    assertThat(counts.percentile(0.95)).isEqualTo(new Interval(1 / 700.0, 25 / 700.0));
    assertThat(counts.bca(0.95).low()).isBetween(1 / 700.0, 2 / 700.0);
    assertThat(counts.bca(0.95).high()).isBetween(25 / 700.0, 26 / 700.0);
  }

  @Test
  void countsAndExamplesGiveTheSameInterval() {
    double[] counted = made(300, i -> i % 50);
    // A hundred values are too many to be counted.
    double[] apart = made(300, i -> i % 50 + (i % 100 < 50 ? 0 : 1e-9));
    assertThat(Differences.of(counted).sets().getFirst().isCounted()).isTrue();
    assertThat(Differences.of(apart).sets().getFirst().isCounted()).isFalse();
    Interval ofCounts = new Bootstrap(Differences.of(counted), 10_000, 1).bca(0.95);
    Interval ofExamples = new Bootstrap(Differences.of(apart), 10_000, 2).bca(0.95);
    assertThat(ofCounts.low()).isCloseTo(ofExamples.low(), within(0.12));
    assertThat(ofCounts.high()).isCloseTo(ofExamples.high(), within(0.12));
  }

  @Test
  void sameSeedGivesTheSameNumbers() {
    Differences differences = Differences.of(EVEN);
    assertThat(new Bootstrap(differences, 500, 7).bca(0.9))
        .isEqualTo(new Bootstrap(differences, 500, 7).bca(0.9))
        .isNotEqualTo(new Bootstrap(differences, 500, 8).bca(0.9));
    assertThat(SignFlips.pValue(differences, 500, 7))
        .isEqualTo(SignFlips.pValue(differences, 500, 7));
  }

  @Test
  void noDifferenceHasAnIntervalOfOnePoint() {
    Differences none = Differences.of(new double[50]);
    assertThat(new Bootstrap(none, 100, 1).bca(0.95)).isEqualTo(new Interval(0, 0));
    assertThat(SignFlips.pValue(none, 100, 1)).isEqualTo(1);
  }

  /// Two sets of 0 and 1, 100 examples and 4: the spread is that of the small one, halved.
  @Test
  void setsCountAlikeAndAreDrawnApart() {
    Differences two = Differences.of(List.of(made(100, i -> i % 2), new double[] {0, 0, 1, 1}));
    assertThat(two.mean()).isEqualTo(0.5);
    assertThat(two.examples()).isEqualTo(104);
    Interval interval = new Bootstrap(two, 10_000, 1).percentile(0.68);
    // √(0.25/100 + 0.25/4) / 2 = 0.127
    assertThat(interval.high() - interval.low()).isCloseTo(2 * 0.127, within(0.03));
  }

  /// All 4096 choices of signs, as SciPy counts them.
  @Test
  void allSignsAreCountedWhereTheyAreFew() {
    double[] few = {.5, -.25, .25, 1, .75, .5, 0, -.25, .25, .25, .5, 0};
    assertThat(SignFlips.pValue(Differences.of(few), 1, 1))
        .isCloseTo(0.037109375, Percentage.withPercentage(1e-9));
  }

  @ParameterizedTest
  @CsvSource({"6, 0", "10, 3", "25, 12", "1000, 1100"})
  void signsOfRightAndWrongAreMcNemars(int wins, int losses) {
    assertThat(SignFlips.pValue(Differences.of(signs(wins, losses, 5000)), 1, 1))
        .isCloseTo(new McNemar(wins, losses).pValue(), Percentage.withPercentage(1e-8));
  }

  @Test
  void drawnSignsAreScipys() {
    assertThat(SignFlips.pValue(Differences.of(EVEN), 20_000, 1)).isCloseTo(0.0029, within(0.002));
    double[] lower = Arrays.stream(SKEWED).map(value -> value - 0.05).toArray();
    assertThat(SignFlips.pValue(Differences.of(lower), 20_000, 1)).isCloseTo(0.0125, within(0.004));
  }

  /// Three sizes, 200 examples of each: too many to count, so that numbers of signs are drawn. The
  /// sum has a variance of 200 · (1 + 4 + 9), so 120 of it is 2.268 standard deviations.
  @Test
  void numbersOfSignsAreDrawnWhereSizesRepeat() {
    double[] repeated = made(600, i -> (i % 3 + 1) * (i < 300 + 60 / 2 ? 1 : -1));
    assertThat(Arrays.stream(repeated).sum()).isEqualTo(120);
    assertThat(SignFlips.pValue(Differences.of(repeated), 20_000, 1))
        .isCloseTo(0.0233, within(0.006));
  }

  @Test
  void whatIsNoDifferenceIsRefused() {
    assertThatThrownBy(() -> Differences.of(List.of())).hasMessage("differences on no set");
    assertThatThrownBy(() -> Differences.of(new double[0])).hasMessage("differences on no example");
    assertThatThrownBy(() -> Differences.of(1, Double.NaN)).hasMessage("a difference of NaN");
  }

  private static void assertInterval(Interval interval, double low, double high) {
    assertThat(interval.low()).isCloseTo(low, DRAWS);
    assertThat(interval.high()).isCloseTo(high, DRAWS);
  }

  private static double[] signs(int wins, int losses, int n) {
    return made(n, i -> i < wins ? 1 : i < wins + losses ? -1 : 0);
  }

  private static double[] made(int n, Formula formula) {
    return IntStream.range(0, n).mapToDouble(formula::of).toArray();
  }
}
