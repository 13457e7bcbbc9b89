package dev.stockpot.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The approximation's exact checks, and one value from elsewhere.
class SoupAgainstEnsembleTest {
  private static final int EXAMPLES = 12;
  private static final int CLASSES = 3;

  /// A model's logit at a place on the line.
  private interface Model {
    double at(double place, int example, int label);
  }

  private static final Model BENT =
      (place, example, label) ->
          2 * Math.sin(1.3 * example + 0.7 * label + place * (1 + 0.5 * label));
  private static final int[] LABELS = {2, 0, 0, 2, 0, 1, 0, 0, 0, 2, 1, 0};

  /// NumPy 2.4.6 and SciPy 1.17.1: `brentq` for β, `logsumexp`, `softmax`, by the formula.
  @Test
  void theValueOfScipyIsFound() {
    SoupAgainstEnsemble found = of(0.3, 0.05, BENT);
    assertThat(found.beta()).isCloseTo(0.9739349501167324, within(1e-10));
    assertThat(found.approximated()).isCloseTo(-0.02979755047682321, within(1e-9));
    assertThat(found.measured()).isCloseTo(-0.022295353418729125, within(1e-10));
    assertThat(found.error()).isZero();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.25, 0.5, 0.75})
  void aModelLinearInItsWeightsMakesBothSidesZero(double alpha) {
    Random random = new Random(3);
    double[] values = random.doubles(2L * EXAMPLES * CLASSES, -2, 2).toArray();
    // In 64ths, and places, too: all logits are exact in float32.
    Model linear =
        (place, example, label) -> {
          int at = 2 * (example * CLASSES + label);
          return Math.rint(64 * values[at]) / 64 + place * Math.rint(64 * values[at + 1]) / 64;
        };
    int[] labels = mostlyRight(linear);
    SoupAgainstEnsemble wide = of(alpha, 1.0 / 16, linear, labels);
    SoupAgainstEnsemble narrow = of(alpha, 1.0 / 64, linear, labels);
    assertThat(wide.measured()).isCloseTo(0, within(1e-14));
    assertThat(Math.abs(wide.approximated())).isBetween(1e-9, 1e-3);
    // The right side is 0 up to the error of the second difference, which falls with h².
    assertThat(narrow.approximated() / wide.approximated()).isCloseTo(1.0 / 16, within(3e-3));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1})
  void theEndsAreZero(double alpha) {
    SoupAgainstEnsemble found = of(alpha, 0.05, BENT);
    assertThat(found.approximated()).isZero();
    assertThat(found.measured()).isZero();
    assertThat(found.error()).isZero();
  }

  @Test
  void aConstantPerExampleChangesNothing() {
    // Both in 64ths, so that adding rounds nothing.
    Model coarse = (place, example, label) -> Math.rint(64 * BENT.at(place, example, label)) / 64;
    Model moved =
        (place, example, label) -> coarse.at(place, example, label) + 8 * example - 3 * place;
    SoupAgainstEnsemble found = of(0.5, 0.0625, moved);
    SoupAgainstEnsemble same = of(0.5, 0.0625, coarse);
    assertThat(found.beta()).isCloseTo(same.beta(), within(1e-12));
    assertThat(found.approximated()).isCloseTo(same.approximated(), within(1e-12));
    assertThat(found.measured()).isCloseTo(same.measured(), within(1e-12));
  }

  @Test
  void itIsTheSameSeenFromTheOtherEnd() {
    SoupAgainstEnsemble found = of(0.3, 0.05, BENT);
    SoupAgainstEnsemble back =
        of(0.7, 0.05, (place, example, label) -> BENT.at(1 - place, example, label));
    assertThat(back.approximated()).isCloseTo(found.approximated(), within(1e-6));
    assertThat(back.measured()).isCloseTo(found.measured(), within(1e-6));
  }

  @Test
  void errorsAreCounted() {
    // The soup gets all right; the ensemble, which follows the louder model, none.
    Predictions right = TestArrays.predictions(2, 1, 0, 0, 1);
    Predictions loud = TestArrays.predictions(2, 0, 9, 9, 0);
    SoupAgainstEnsemble.Line line = new SoupAgainstEnsemble.Line(right, right, right, right, loud);
    assertThat(SoupAgainstEnsemble.of(0.5, 0.05, line, new int[] {0, 1}).error()).isEqualTo(-1);
  }

  @Test
  void logitsThatAreNotFiniteGiveNoNumber() {
    Predictions broken = TestArrays.predictions(2, 1, Float.NaN);
    SoupAgainstEnsemble found =
        SoupAgainstEnsemble.of(
            0.5,
            0.05,
            new SoupAgainstEnsemble.Line(broken, broken, broken, broken, broken),
            new int[] {0});
    assertThat(found.beta()).isNaN();
    assertThat(found.approximated()).isNaN();
    assertThat(found.measured()).isNaN();
    assertThat(found.error()).isNaN();
  }

  @Test
  void theFactorIsLargestForWhatIsAlwaysRightAndZeroForWhatIsAlwaysWrong() {
    Predictions logits = TestArrays.predictions(2, 1, 0, 0, 1);
    assertThat(Calibration.factor(logits, new int[] {0, 1})).isEqualTo(Calibration.MOST);
    assertThat(Calibration.factor(logits, new int[] {1, 0})).isZero();
    assertThat(Calibration.factor(TestArrays.predictions(2, 3, 3), new int[] {0})).isFinite();
  }

  /// Right three times of four with a margin of 2: the odds are 3, at β = ln 3 / 2.
  @Test
  void theFactorMakesProbabilitiesWhatHappens() {
    Predictions logits = TestArrays.predictions(2, 2, 0, 2, 0, 2, 0, 2, 0);
    assertThat(Calibration.factor(logits, new int[] {0, 0, 1, 0}))
        .isCloseTo(Math.log(3) / 2, within(1e-12));
  }

  /// What a model half way says, but for every fourth example.
  private static int[] mostlyRight(Model model) {
    int[] labels = new int[EXAMPLES];
    for (int i = 0; i < EXAMPLES; i++) {
      labels[i] = (logits(model, 0.5).largest(i) + (i % 4 == 0 ? 1 : 0)) % CLASSES;
    }
    return labels;
  }

  private static SoupAgainstEnsemble of(double alpha, double step, Model model) {
    return of(alpha, step, model, LABELS);
  }

  private static SoupAgainstEnsemble of(double alpha, double step, Model model, int[] labels) {
    return SoupAgainstEnsemble.of(
        alpha,
        step,
        new SoupAgainstEnsemble.Line(
            logits(model, 0),
            logits(model, alpha - step),
            logits(model, alpha),
            logits(model, alpha + step),
            logits(model, 1)),
        labels);
  }

  private static Predictions logits(Model model, double place) {
    float[] values = new float[EXAMPLES * CLASSES];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) model.at(place, i / CLASSES, i % CLASSES);
    }
    return TestArrays.predictions(CLASSES, values);
  }
}
