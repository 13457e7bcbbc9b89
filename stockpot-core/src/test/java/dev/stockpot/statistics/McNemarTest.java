package dev.stockpot.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class McNemarTest {
  private static final Percentage DIGITS = Percentage.withPercentage(1e-8);

  /// `scipy.stats.binomtest(wins, wins + losses).pvalue` (1.17.1); statsmodels 0.15's
  /// `mcnemar(exact=True)` gives the same numbers.
  @ParameterizedTest
  @CsvSource({
    "0, 0, 1",
    "1, 0, 1",
    "5, 0, 0.0625",
    "6, 0, 0.03125",
    "3, 3, 1",
    "10, 3, 0.09228515625",
    "25, 12, 0.04703102743951604",
    "60, 47, 0.24589131461268435",
    "134, 100, 0.030764776984765888",
    "1000, 1100, 0.03072070786424249",
    "300, 20, 2.849606224389251e-65",
    "500500, 499500, 0.3177946913633297",
    "1001500, 998500, 0.03395433726146365",
  })
  void pValuesAreScipys(long wins, long losses, double p) {
    assertThat(new McNemar(wins, losses).pValue()).isCloseTo(p, DIGITS);
    assertThat(new McNemar(losses, wins).pValue()).isCloseTo(p, DIGITS);
  }

  @Test
  void onlyExamplesThatOneOfTheTwoGetsCount() {
    BitSet first = BitSet.valueOf(new long[] {0b1110_0110});
    BitSet second = BitSet.valueOf(new long[] {0b0110_1011});
    McNemar test = McNemar.of(first, second);
    assertThat(test).isEqualTo(new McNemar(2, 2));
    assertThat(test.discordant()).isEqualTo(4);
    assertThat(test.gain()).isZero();
    assertThat(first.cardinality()).as("left as it was").isEqualTo(5);
    assertThatThrownBy(() -> new McNemar(1, -1)).hasMessage("1 wins and -1 losses");
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "3, 2", "10, 2", "25, 12", "77, 123", "5000, 5000"})
  void smallestGainIsTheFirstThatShows(long wins, long losses) {
    McNemar test = new McNemar(wins, losses);
    long gain = test.smallestGain(0.05);
    long n = Math.max(test.discordant(), gain);
    assertThat(new McNemar((n + gain) / 2, (n - gain) / 2).pValue()).isLessThanOrEqualTo(0.05);
    assertThat(new McNemar((n + gain) / 2 - 1, (n - gain) / 2 + 1).pValue()).isGreaterThan(0.05);
  }

  @Test
  void sixExamplesAllWonAreTheLeastThatShowAnything() {
    assertThat(new McNemar(2, 1).smallestGain(0.05)).isEqualTo(6);
    assertThat(new McNemar(2, 1).gainWithPower(0.05, 0.8)).isEmpty();
  }

  /// The root of `binom.sf(threshold − 1, discordant, share) = 0.8` by `scipy.optimize.brentq`.
  @ParameterizedTest
  @CsvSource({
    "6, 6, 5.561909807987954",
    "12, 8, 8.862824326166397",
    "37, 13, 16.533813582385925",
    "200, 30, 40.63527533253559",
  })
  void gainWithPowerIsScipys(long discordant, long smallest, double gain) {
    McNemar test = new McNemar(discordant, 0);
    assertThat(test.smallestGain(0.05)).isEqualTo(smallest);
    assertThat(test.gainWithPower(0.05, 0.8).orElseThrow()).isCloseTo(gain, DIGITS);
  }
}
