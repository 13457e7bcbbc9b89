package dev.stockpot.cli.miniature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.stockpot.cli.miniature.Claim.Side;
import dev.stockpot.cli.miniature.Claim.Unit;
import dev.stockpot.cli.miniature.Finding.Outcome;
import dev.stockpot.statistics.Interval;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class FindingTest {

  @Test
  void aClaimIsReproducedIfTheWholeIntervalLiesOnItsSide() {
    assertThat(outcome(Side.ABOVE, 0, 1, 2, 3, 2, 1)).isEqualTo(Outcome.REPRODUCED);
    assertThat(outcome(Side.BELOW, 4, 1, 2, 3, 2, 1)).isEqualTo(Outcome.REPRODUCED);
  }

  @Test
  void aClaimIsContradictedIfTheWholeIntervalLiesOnTheOtherSide() {
    assertThat(outcome(Side.ABOVE, 4, 1, 2, 3, 2, 1)).isEqualTo(Outcome.CONTRADICTED);
    assertThat(outcome(Side.BELOW, 0, 1, 2, 3, 2, 1)).isEqualTo(Outcome.CONTRADICTED);
  }

  @Test
  void aClaimIsOpenIfTheIntervalHoldsTheThreshold() {
    assertThat(outcome(Side.ABOVE, 2, 1, 2, 3, 2, 1)).isEqualTo(Outcome.OPEN);
    assertThat(outcome(Side.ABOVE, 0, 0, 0, 0, 0, 0)).isEqualTo(Outcome.OPEN);
    assertThat(outcome(Side.BELOW, 0, 0, 0, 0, 0, 0)).isEqualTo(Outcome.OPEN);
  }

  @Test
  void fewPoolsLeaveAClaimOpenWhateverTheySay() {
    assertThat(outcome(Side.ABOVE, 0, 1, 1, 1, 1)).isEqualTo(Outcome.OPEN);
    assertThat(outcome(Side.ABOVE, 0)).isEqualTo(Outcome.OPEN);
  }

  @Test
  void anIdentityMustHoldInEveryPool() {
    assertThat(outcome(Side.ALWAYS_AT_LEAST, 0, 0, 0, 1)).isEqualTo(Outcome.REPRODUCED);
    assertThat(outcome(Side.ALWAYS_AT_LEAST, 0, 5, 5, 5, 5, -0.001))
        .isEqualTo(Outcome.CONTRADICTED);
    assertThat(finding(Side.ALWAYS_AT_LEAST, 0, 3, 1, 2).interval()).isEqualTo(new Interval(1, 3));
  }

  @Test
  void poolsThatGiveNoNumberAreLeftOut() {
    Finding finding = finding(Side.ABOVE, 1, 2, Double.NaN, 4, 0);

    assertThat(finding.values()).containsExactly(2.0, 4.0, 0.0);
    assertThat(finding.mean()).isEqualTo(2);
    assertThat(finding.agreeing()).isEqualTo(2);
  }

  /// By SciPy 1.17: `bootstrap((values,), mean, method="BCa", n_resamples=300_000)`.
  @Test
  void theIntervalIsThatOfSciPy() {
    Interval interval =
        finding(Side.ABOVE, 0, 0.4, -0.3, 1.2, 0.7, 0.1, 2.9, 0.6, -0.1, 0.9, 0.3).interval();

    assertThat(interval.low()).isCloseTo(0.29, offset(0.02));
    assertThat(interval.high()).isCloseTo(1.46, offset(0.04));
  }

  private static Outcome outcome(Side side, double threshold, double... values) {
    return finding(side, threshold, values).outcome();
  }

  private static Finding finding(Side side, double threshold, double... values) {
    List<Pool> pools = Arrays.stream(values).mapToObj(TestPools::pool).toList();
    Claim claim =
        new Claim(
            "a claim", "soups", Unit.NUMBER, side, threshold, pool -> values[pools.indexOf(pool)]);
    return Finding.of(claim, pools);
  }
}
