package dev.stockpot.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Golden values are those of SciPy 1.17.1 (`pearsonr`, `spearmanr`) and scikit-learn 1.9.1
/// (`mean_squared_error`).
class RegressionMetricsTest {

  @ParameterizedTest
  @CsvSource({
    "mse, 52.32565104166667",
    "pearson, 0.6319118655441873",
    "spearman, 0.5966740299829781",
  })
  void equalsSciPy(String name, double expected) {
    float[] predicted = new float[60];
    double[] values = new double[60];
    for (int i = 0; i < 60; i++) {
      predicted[i] = ((i * 37) % 97 - 48) / 16f;
      values[i] = ((i * 37) % 97 - 48) / 8.0 + ((i * 53) % 89 - 40) / 4.0;
    }
    assertThat(of(name, values, predicted)).isCloseTo(expected, within(1e-13));
  }

  @ParameterizedTest
  @CsvSource({
    "mse, 4.25",
    "pearson, 0.22391368311020504",
    "spearman, 0.3000234402469397",
  })
  void equalNumbersShareTheMeanOfTheirRanks(String name, double expected) {
    double[] values = {2, 1, 1, 4, 4, 5, 0, 0};
    assertThat(of(name, values, 1, 2, 2, 3, 3, 3, -0f, 5)).isCloseTo(expected, within(1e-15));
    assertThat(Spearman.ranks(new double[] {0.0, 3, -0.0, 3, 3, -1}))
        .containsExactly(2.5, 5, 2.5, 5, 5, 1);
  }

  @Test
  void correlationsOfConstantsAreNaN() {
    for (String name : new String[] {"pearson", "spearman"}) {
      assertThat(of(name, new double[] {1, 2, 3}, 0.1f, 0.1f, 0.1f)).isNaN();
      assertThat(of(name, new double[] {0.1, 0.1, 0.1}, 1, 2, 3)).isNaN();
      assertThat(of(name, new double[] {1}, 1)).isNaN();
      assertThat(of(name, new double[] {1, 2}, 1, Float.NaN)).isNaN();
      assertThat(of(name, new double[] {5, 3}, 1, 2)).isCloseTo(-1, within(1e-15));
    }
  }

  @Test
  void correlationsOfTheSameAreOne() {
    double[] values = new double[1000];
    float[] predicted = new float[1000];
    for (int i = 0; i < 1000; i++) {
      predicted[i] = (float) Math.sin(i);
      values[i] = 3 * predicted[i];
    }
    assertThat(of("pearson", values, predicted)).isCloseTo(1, within(1e-15)).isLessThanOrEqualTo(1);
    assertThat(of("spearman", values, predicted))
        .isCloseTo(1, within(1e-15))
        .isLessThanOrEqualTo(1);
  }

  private static double of(String metric, double[] values, float... predicted) {
    return Metrics.named(metric)
        .of(TestArrays.predictions(1, predicted), new Targets.Values(values));
  }
}
