package dev.stockpot.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MetricsTest {
  private static final String KNOWN =
      "accuracy, nll, top-5, macro-f1, f1, accuracy"
          + "-f1, matthews, brier, ece, mse, pearson, spearman, loss, perplexity";
  private static final float NAN = Float.NaN;
  private static final float INFINITY = Float.POSITIVE_INFINITY;

  @Test
  void accuracyTakesTheFirstOfEqualLogits() {
    Predictions predictions =
        TestArrays.predictions(3, 1, 1, 0, /**/ 0, 2, 2, /**/ 5, 5, 5, /**/ -0f, 0f, -1);
    assertThat(
            Accuracy.correct(predictions, new Targets.Classes(new int[] {0, 1, 0, 0}))
                .cardinality())
        .isEqualTo(4);
    assertThat(
            Accuracy.correct(predictions, new Targets.Classes(new int[] {1, 2, 1, 1}))
                .cardinality())
        .isZero();
  }

  @Test
  void accuracyCountsRowsWithNaNAsWrong() {
    Predictions predictions =
        TestArrays.predictions(2, NAN, 1, /**/ 1, NAN, /**/ NAN, NAN, /**/ INFINITY, 1);
    assertThat(Accuracy.correct(predictions, new Targets.Classes(new int[] {1, 0, 0, 0})))
        .hasToString("{3}");
    assertThat(
            Metrics.named("accuracy").of(predictions, new Targets.Classes(new int[] {1, 0, 0, 0})))
        .isEqualTo(0.25);
  }

  @Test
  void accuracyCountsLogitsThatAreAllMinusInfinityAsTied() {
    Predictions predictions = TestArrays.predictions(2, -INFINITY, -INFINITY);
    assertThat(Accuracy.correct(predictions, new Targets.Classes(new int[] {0})).cardinality())
        .isEqualTo(1);
  }

  @Test
  void nllNeitherOverflowsNorLosesDigits() {
    Predictions predictions = TestArrays.predictions(3, 1, 2, 3, 1000, 0, -1000, 0.5f, 0.5f, 0.5f);
    assertThat(Metrics.named("nll").of(predictions, new Targets.Classes(new int[] {2, 1, 0})))
        .isCloseTo(333.83540608437085, within(1e-12));
  }

  @Test
  void nllIsNaNForNaNAndInfiniteForTheImpossible() {
    Metric nll = Metrics.named("nll");
    assertThat(nll.of(TestArrays.predictions(2, NAN, 1), new Targets.Classes(new int[] {1})))
        .isNaN();
    assertThat(nll.of(TestArrays.predictions(2, 1, -INFINITY), new Targets.Classes(new int[] {1})))
        .isInfinite();
    assertThat(nll.of(TestArrays.predictions(2, 1, -INFINITY), new Targets.Classes(new int[] {0})))
        .isZero();
  }

  @Test
  void namesTheKnownOnes() {
    assertThat(Metrics.ALL).extracting(Metric::name).containsExactly(KNOWN.split(", ", -1));
    assertThatThrownBy(() -> Metrics.named("acuracy"))
        .isInstanceOf(EvaluationException.class)
        .hasMessage("unknown metric 'acuracy'; known are " + KNOWN);
  }

  @ParameterizedTest
  @CsvSource({
    "accuracy,true",
    "f1,true",
    "lossless,true",
    "terror,true",
    "nll,false",
    "loss,false",
    "perplexity,false",
    "error,false",
    "mse,false",
    "ece,false",
    "brier,false",
    "val_loss,false",
    "top5_error,false",
    "cross_entropy,false",
    "val_nll,false",
    "ppl,false",
    "WER,false",
    "mae,false",
    "val-rmse,false",
    "eval/loss,false",
    "ece-20,false",
    "top-3,true",
    "matthews,true",
  })
  void directionFollowsTheName(String name, boolean higherIsBetter) {
    assertThat(Metrics.higherIsBetter(name)).isEqualTo(higherIsBetter);
  }

  @Test
  void evaluationOfLogitsHasEveryMetric() {
    Predictions predictions = TestArrays.predictions(2, 1, 1, /**/ 0, 3);
    Evaluation evaluation =
        Evaluation.of("test", predictions, new Targets.Classes(new int[] {1, 1}), Metrics.ALWAYS);
    assertThat(evaluation.set()).isEqualTo("test");
    assertThat(evaluation.n()).isEqualTo(2);
    assertThat(evaluation.metrics().keySet()).containsExactly("accuracy", "nll");
    assertThat(evaluation.metric("accuracy")).isEqualTo(0.5);
    assertThat(evaluation.correctCount()).contains(1);
    assertThat(evaluation.predictions()).contains(predictions);
    assertThat(evaluation.withPredictions(Optional.empty()).predictions()).isEmpty();
    assertThat(evaluation.withPredictions(Optional.empty()).metrics())
        .isEqualTo(evaluation.metrics());
  }

  @Test
  void evaluationNamesTheLabelThatIsNoClass() {
    Predictions predictions = TestArrays.predictions(2, 1, 1, /**/ 0, 3);
    assertThatThrownBy(() ->
            Evaluation.of("test", predictions, new Targets.Classes(new int[] {0, 2}), Metrics.ALL))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(
            "set 'test': example 1 has the label 2, but the model has 2 classes (0 to 1); correct"
                + " the labels, or use the model they belong to");
    assertThatThrownBy(() ->
            Evaluation.of("test", predictions, new Targets.Classes(new int[] {0}), Metrics.ALL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("1 targets for 2 examples");
  }

  @Test
  void meanOfLogitsIsRoundedOnce() {
    // In float32, 1 + 2⁻²⁴ is 1, and twice so.
    float tiny = 0x1p-24f;
    Predictions one = TestArrays.predictions(2, 1, 3);
    Predictions other = TestArrays.predictions(2, tiny, -1);
    assertThat(TestArrays.values(Predictions.mean(List.of(one, other, other))))
        .containsExactly((float) ((1 + 0x1p-23) / 3), 1 / 3f);
    assertThat(TestArrays.values(Predictions.mean(List.of(one)))).containsExactly(1, 3);
  }

  @Test
  void meanOfLogitsNeedsOneShape() {
    Predictions one = TestArrays.predictions(2, 1, 3);
    assertThatThrownBy(() -> Predictions.mean(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a mean of no predictions");
    assertThatThrownBy(() -> Predictions.mean(List.of(one, TestArrays.predictions(1, 1, 3))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("predictions of 1×2 and of 2×1");
  }
}
