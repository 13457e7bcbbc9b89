package dev.stockpot.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Golden values are SciPy's 1.17.1 and statsmodels' 0.15, as named.
class StatisticsTest {
  private static final Percentage DIGITS = Percentage.withPercentage(1e-9);
  private static final double[] ID = {0.91, 0.85, 0.88, 0.93, 0.85, 0.7};
  private static final double[] SHIFTED = {0.6, 0.52, 0.61, 0.66, 0.5, 0.52};

  /// `multipletests(p, method='holm')`
  @Test
  void holmIsStatsmodels() {
    assertThat(Holm.adjust(List.of(.01, .04, .03, .005, .04, .9)))
        .zipSatisfy(
            List.of(.05, .12, .12, .03, .12, .9),
            (ours, theirs) -> assertThat(ours).isCloseTo(theirs, DIGITS));
    assertThat(Holm.adjust(List.of(.8, .6))).containsExactly(1.0, 1.0);
    assertThat(Holm.adjust(List.of())).isEmpty();
  }

  /// `binomtest(hits, n).proportion_ci(method='wilson')`
  @ParameterizedTest
  @CsvSource({
    "1, 3, 0.06149194472039626, 0.7923403991979523",
    "662, 700, 0.9263666548207391, 0.960196636073675",
    "1434, 1500, 0.9444041499014112, 0.9652662092817835",
  })
  void wilsonIsScipys(long hits, long n, double low, double high) {
    Interval interval = Interval.wilson(hits, n, 0.95);
    assertThat(interval.low()).isCloseTo(low, DIGITS);
    assertThat(interval.high()).isCloseTo(high, DIGITS);
  }

  @Test
  void wilsonEndsAtNoneAndAll() {
    assertThat(Interval.wilson(0, 10, 0.95).low()).isZero();
    assertThat(Interval.wilson(0, 10, 0.95).high()).isCloseTo(0.27753279986288926, DIGITS);
    assertThat(Interval.wilson(10, 10, 0.95).low()).isCloseTo(0.7224672001371109, DIGITS);
    assertThat(Interval.wilson(10, 10, 0.95).high()).isEqualTo(1);
    assertThatThrownBy(() -> Interval.wilson(3, 2, 0.95)).hasMessage("3 of 2");
  }

  /// `pearsonr`, `spearmanr`; two pairs share their ranks.
  @Test
  void correlationsAreScipys() {
    assertThat(Correlation.pearson(ID, SHIFTED)).isCloseTo(0.6786575558499932, DIGITS);
    assertThat(Correlation.spearman(ID, SHIFTED)).isCloseTo(0.8088235294117647, DIGITS);
    assertThat(Correlation.pearson(ID, new double[6])).isNaN();
    assertThat(Correlation.pearson(ID, ID)).isEqualTo(1);
    assertThatThrownBy(() -> Correlation.spearman(ID, new double[2])).hasMessage("6 and 2 values");
  }

  /// `linregress` of `log(y / (1 − y))` over `log(x / (1 − x))`
  @Test
  void robustnessIsTheDistanceFromScipysLine() {
    LogitLine line = LogitLine.fit(ID, SHIFTED).orElseThrow();
    assertThat(line.slope()).isCloseTo(0.3430970649656677, DIGITS);
    assertThat(line.intercept()).isCloseTo(-0.36161755488626, DIGITS);
    double[] robustness = {
      -0.006395018654169249,
      -0.038115890059967295,
      0.03019343201531588,
      0.031481133643393666,
      -0.05811589005996731,
      0.03772061135879329
    };
    for (int i = 0; i < ID.length; i++) {
      assertThat(line.robustness(ID[i], SHIFTED[i])).isCloseTo(robustness[i], within(1e-12));
    }
  }

  @Test
  void noLineGoesThroughTwoModelsOrThroughOnePoint() {
    assertThat(LogitLine.fit(new double[] {0.8, 0.9}, new double[] {0.5, 0.6})).isEmpty();
    assertThat(LogitLine.fit(new double[] {0.8, 0.8, 0.8}, new double[] {0.5, 0.6, 0.7})).isEmpty();
    assertThatThrownBy(() -> LogitLine.fit(ID, new double[1])).hasMessage("6 and 1 accuracies");
  }

  @Test
  void allRightIsTakenForNearlyAllRight() {
    Optional<LogitLine> line =
        LogitLine.fit(new double[] {0.5, 0.9, 1}, new double[] {0.25, 0.5, 1});
    assertThat(line.orElseThrow().at(1)).isBetween(0.99, 1.0);
  }
}
