package dev.stockpot.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Values are SciPy 1.17.1's: `binom.pmf`, `binom.cdf`, `binom.sf`, `norm.cdf`, `norm.ppf`.
class BinomialTest {
  private static final Percentage DIGITS = Percentage.withPercentage(1e-9);

  @ParameterizedTest
  @CsvSource({
    "10, 0.3, 2, 0.2334744405000001, 0.3827827863999998, 0.8506916541",
    "16, 0.5, 8, 0.1963806152343748, 0.5981903076171875, 0.5981903076171875",
    "40, 0.9, 20, 1.6758919820858068e-10, 1.8718579354173924e-10, 0.9999999999804035",
    "700, 0.03, 40, 5.664674129704268e-05, 0.9999462646451385, 0.00011038209615855451",
    "50000, 0.52, 25700, 9.707817081107634e-05, 0.003674365905860881, 0.9964227122649504",
    "1000000, 0.5, 498000, 2.6765681581253376e-07, 3.1804668750394e-05, 0.9999684629880654",
  })
  void chancesAreScipys(long n, double p, long k, double at, double atMost, double atLeast) {
    Binomial binomial = new Binomial(n, p);
    assertThat(binomial.at(k)).isCloseTo(at, DIGITS);
    assertThat(binomial.atMost(k)).isCloseTo(atMost, DIGITS);
    assertThat(binomial.atLeast(k)).isCloseTo(atLeast, DIGITS);
  }

  @Test
  void endsAreExact() {
    Binomial binomial = new Binomial(3, 0.25);
    assertThat(binomial.at(0)).isCloseTo(27 / 64.0, DIGITS);
    assertThat(binomial.at(3)).isCloseTo(1 / 64.0, DIGITS);
    assertThat(binomial.at(-1)).isZero();
    assertThat(binomial.at(4)).isZero();
    assertThat(binomial.atMost(3)).isEqualTo(1);
    assertThat(binomial.atLeast(0)).isEqualTo(1);
    assertThat(new Binomial(0, 0.5).at(0)).isEqualTo(1);
    assertThatThrownBy(() -> new Binomial(3, 1)).hasMessage("binomial of n = 3, p = 1.0");
  }

  /// Pearson's χ² over the ten values of Binomial(9, 0.35): 27.88 is exceeded once in 1000 times.
  @Test
  void drawsAreDistributedAsTheChancesSay() {
    Binomial binomial = new Binomial(9, 0.35);
    SplittableRandom random = new SplittableRandom(1);
    int draws = 100_000;
    int[] counts = new int[10];
    for (int i = 0; i < draws; i++) {
      counts[(int) binomial.draw(random)]++;
    }
    double chiSquared = 0;
    for (int k = 0; k < counts.length; k++) {
      double expected = draws * binomial.at(k);
      chiSquared += (counts[k] - expected) * (counts[k] - expected) / expected;
    }
    assertThat(chiSquared).isLessThan(27.88);
  }

  @Test
  void drawsOfManyHaveTheirMeanAndSpread() {
    Binomial binomial = new Binomial(1_000_000, 0.02);
    SplittableRandom random = new SplittableRandom(2);
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < 4000; i++) {
      double off = binomial.draw(random) - 20_000;
      sum += off;
      squares += off * off;
    }
    // Standard errors are 140 / √4000 = 2.2 and 140² · √(2/4000) = 438.
    assertThat(sum / 4000).isBetween(-8.8, 8.8);
    assertThat(squares / 4000).isBetween(19_600 - 1752.0, 19_600 + 1752.0);
  }

  @ParameterizedTest
  @CsvSource({
    "-9, 1.1285884059538324e-19",
    "-5, 2.866515718791933e-07",
    "-3.1, 0.0009676032132183563",
    "-2.9, 0.0018658133003840375",
    "-1.5, 0.06680720126885807",
    "0, 0.5",
    "0.7, 0.758036347776927",
    "2.5, 0.9937903346742238",
    "4, 0.9999683287581669",
  })
  void normalChancesAreScipys(double z, double chance) {
    assertThat(Normal.atMost(z)).isCloseTo(chance, DIGITS);
  }

  @ParameterizedTest
  @CsvSource({
    "1e-12, -7.034483825301131",
    "0.0005, -3.2905267314918945",
    "0.025, -1.9599639845400545",
    "0.3, -0.5244005127080409",
    "0.5, 0",
    "0.975, 1.959963984540054",
    "0.9999, 3.719016485455709",
    "0, -Infinity",
    "1, Infinity",
  })
  void normalQuantilesAreScipys(double p, double z) {
    if (Double.isInfinite(z) || z == 0) {
      assertThat(Normal.quantile(p)).isEqualTo(z);
    } else {
      assertThat(Normal.quantile(p)).isCloseTo(z, DIGITS);
    }
  }
}
