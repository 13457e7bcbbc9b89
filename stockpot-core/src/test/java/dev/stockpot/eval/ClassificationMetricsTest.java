package dev.stockpot.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Golden values are scikit-learn 1.9.1's, of the arrays that [GoldenArrays] makes:
/// `accuracy_score`, `top_k_accuracy_score`, `f1_score` (`average='macro'` for `macro-f1`),
/// `matthews_corrcoef`, `log_loss` and `brier_score_loss(scale_by_half=False)` of
/// `scipy.special.softmax`. It has no calibration error of equal-mass bins; that is NumPy's
/// `sum(len(b)/n * abs((pred[b] == y[b]).mean() - conf[b].mean()))` over
/// `array_split(argsort(conf), bins)`.
class ClassificationMetricsTest {
  private static final float NAN = Float.NaN;

  @ParameterizedTest
  @CsvSource({
    "accuracy, 0.5833333333333334",
    "top-1, 0.5833333333333334",
    "top-2, 0.6666666666666666",
    "top-3, 0.8333333333333334",
    "top-4, 1",
    "top-5, 1",
    "macro-f1, 0.5705710955710956",
    "matthews, 0.4473687971688675",
    "nll, 2.239768854819793",
    "brier, 0.7454080084064952",
    "ece-1, 0.23761808871534307",
    "ece-7, 0.2958256371906168",
    "ece-10, 0.25921424916367997",
    "ece, 0.28383868988604355",
    "ece-100, 0.4560795354222567",
  })
  void equalsScikitLearnOnFourClasses(String name, double expected) {
    Predictions logits = GoldenArrays.logits(60, 4);
    Targets labels = GoldenArrays.labels(logits, i -> i % 3 == 0 ? -1 : (i * i * 7 + i) % 4);
    assertThat(Metrics.named(name).of(logits, labels)).isCloseTo(expected, within(1e-14));
  }

  @ParameterizedTest
  @CsvSource({
    "accuracy, 0.5666666666666667",
    "top-2, 0.6833333333333333",
    "top-3, 0.7666666666666667",
    "macro-f1, 0.5821882009508783",
    "matthews, 0.4557717748295773",
    "nll, 2.1555964659229145",
    "brier, 0.7221406562623796",
    "ece-7, 0.20512629153602246",
    "ece, 0.2885264528241296",
  })
  void equalsScikitLearnOnFiveClasses(String name, double expected) {
    Predictions logits = GoldenArrays.logits(60, 5);
    Targets labels = GoldenArrays.labels(logits, i -> i % 4 < 2 ? (i * 11) % 3 : -1);
    assertThat(Metrics.named(name).of(logits, labels)).isCloseTo(expected, within(1e-14));
  }

  @ParameterizedTest
  @CsvSource({
    "accuracy, 0.7333333333333333",
    "macro-f1, 0.7321428571428572",
    "f1, 0.75",
    "accuracy-f1, 0.7416666666666667",
    "matthews, 0.47918703335441704",
    "nll, 1.0075989934002259",
    "brier, 0.4620621113324373",
    "ece, 0.21665192102956293",
  })
  void equalsScikitLearnOnTwoClasses(String name, double expected) {
    Predictions logits = GoldenArrays.logits(60, 2);
    Targets labels = GoldenArrays.labels(logits, i -> i % 2 == 0 ? -1 : i / 3 % 2);
    assertThat(Metrics.named(name).of(logits, labels)).isCloseTo(expected, within(1e-14));
  }

  /// Golden values by scikit-learn, of predicted classes; -1 is a class of its own there, too.
  @ParameterizedTest
  @CsvSource({
    "f1, 0 0, 0 0, 0",
    "macro-f1, 1, 1, 1",
    "macro-f1, 0, 1, 0",
    "macro-f1, 0 1 1 2, 1 1 0 1, 0.13333333333333333",
    "macro-f1, 0 0 2, 0 2 2, 0.6666666666666666",
    "macro-f1, 0 1 1 0, 0 1 -1 0, 0.5555555555555555",
    "matthews, 0 1 1, 1 1 1, 0",
    "matthews, 1 1, 1 1, 0",
    "matthews, 0, 1, 0",
    "matthews, 0 1 1, 0 1 1, 1",
    "matthews, 0 1 1 0, 0 1 -1 0, 0.6708203932499369",
  })
  void edgeCasesAreScikitLearns(String name, String labels, String predicted, double expected) {
    int[] classes = ints(predicted);
    float[] logits = new float[3 * classes.length];
    for (int i = 0; i < classes.length; i++) {
      logits[3 * i + Math.max(0, classes[i])] = classes[i] < 0 ? NAN : 1;
    }
    assertThat(
            Metrics.named(name)
                .of(TestArrays.predictions(3, logits), new Targets.Classes(ints(labels))))
        .isCloseTo(expected, within(1e-15));
  }

  @Test
  void topKTakesTheFirstOfEqualLogits() {
    Predictions logits = TestArrays.predictions(3, 1, 1, 1, /**/ 0, 2, 2, /**/ 3, NAN, 3);
    assertThat(new TopK(2).perExample(logits, new Targets.Classes(new int[] {1, 2, 0})))
        .containsExactly(1, 1, 0);
    assertThat(new TopK(2).perExample(logits, new Targets.Classes(new int[] {2, 0, 2})))
        .containsExactly(0, 0, 0);
    assertThat(new TopK(1).perExample(logits, new Targets.Classes(new int[] {0, 2, 0})))
        .containsExactly(1, 0, 0);
    assertThatThrownBy(() -> new TopK(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("top-0");
  }

  @Test
  void f1NeedsTwoClasses() {
    for (Metric metric : new Metric[] {new F1(), new AccuracyAndF1()}) {
      assertThat(metric.fits(new Targets.Classes(new int[] {0, 1, 1}))).isTrue();
      assertThat(metric.fits(new Targets.Classes(new int[] {0, 2}))).isFalse();
    }
  }

  @Test
  void calibrationErrorOfEqualConfidencesDoesNotDependOnTheirOrder() {
    // Twelve examples of two confidences; bins of 3 cut through both.
    float[] logits = new float[24];
    int[] labels = new int[12];
    for (int i = 0; i < 12; i++) {
      logits[2 * i] = i < 5 ? 1 : 2;
      labels[i] = i % 3 == 0 ? 1 : 0;
    }
    CalibrationError metric = new CalibrationError(4);
    Targets targets = new Targets.Classes(labels);
    double[] numbers = metric.perExample(TestArrays.predictions(2, logits), targets);
    double expected = metric.of(numbers, targets);
    // 2 of 5 and 2 of 7 are wrong, and their confidences are 1/(1+1/e) and 1/(1+1/e²).
    double low = 3 / 5.0 - 1 / (1 + Math.exp(-1));
    double high = 5 / 7.0 - 1 / (1 + Math.exp(-2));
    assertThat(expected)
        .isCloseTo(
            (3 * Math.abs(low) + Math.abs(2 * low + high) + 6 * Math.abs(high)) / 12,
            within(1e-15));
    Random random = new Random(1);
    for (int round = 0; round < 20; round++) {
      int[] order = random.ints(0, 12).distinct().limit(12).toArray();
      assertThat(new Resampling(metric, targets).of(numbers, order))
          .isCloseTo(expected, within(1e-15));
    }
  }

  @Test
  void calibrationErrorOfOneExampleIsItsOwn() {
    Predictions logits = TestArrays.predictions(2, 0, 0);
    CalibrationError metric = new CalibrationError(15);
    assertThat(metric.of(logits, new Targets.Classes(new int[] {0}))).isEqualTo(0.5);
    assertThat(metric.of(TestArrays.predictions(2, NAN, 0), new Targets.Classes(new int[] {0})))
        .isNaN();
    assertThatThrownBy(() -> new CalibrationError(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("0 bins");
  }

  @Test
  void brierGoesFromZeroToTwo() {
    Predictions sure = TestArrays.predictions(2, 1000, 0);
    assertThat(new Brier().of(sure, new Targets.Classes(new int[] {0}))).isZero();
    assertThat(new Brier().of(sure, new Targets.Classes(new int[] {1}))).isEqualTo(2);
  }

  private static int[] ints(String words) {
    return java.util.Arrays.stream(words.trim().split(" ", -1))
        .mapToInt(Integer::parseInt)
        .toArray();
  }
}
