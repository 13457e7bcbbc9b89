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
  private static final float NAN = Float.NaN;
  private static final float INFINITY = Float.POSITIVE_INFINITY;

  @Test
  void accuracyTakesTheFirstOfEqualLogits() {
    Logits logits = TestArrays.logits(3, 1, 1, 0, /**/ 0, 2, 2, /**/ 5, 5, 5, /**/ -0f, 0f, -1);
    assertThat(Accuracy.correct(logits, new int[] {0, 1, 0, 0}).cardinality()).isEqualTo(4);
    assertThat(Accuracy.correct(logits, new int[] {1, 2, 1, 1}).cardinality()).isZero();
  }

  @Test
  void accuracyCountsRowsWithNaNAsWrong() {
    Logits logits = TestArrays.logits(2, NAN, 1, /**/ 1, NAN, /**/ NAN, NAN, /**/ INFINITY, 1);
    assertThat(Accuracy.correct(logits, new int[] {1, 0, 0, 0})).hasToString("{3}");
    assertThat(Metrics.named("accuracy").of(logits, new int[] {1, 0, 0, 0})).isEqualTo(0.25);
  }

  @Test
  void accuracyCountsLogitsThatAreAllMinusInfinityAsTied() {
    Logits logits = TestArrays.logits(2, -INFINITY, -INFINITY);
    assertThat(Accuracy.correct(logits, new int[] {0}).cardinality()).isEqualTo(1);
  }

  @Test
  void nllNeitherOverflowsNorLosesDigits() {
    Logits logits = TestArrays.logits(3, 1, 2, 3, 1000, 0, -1000, 0.5f, 0.5f, 0.5f);
    assertThat(Metrics.named("nll").of(logits, new int[] {2, 1, 0}))
        .isCloseTo(333.83540608437085, within(1e-12));
  }

  @Test
  void nllIsNaNForNaNAndInfiniteForTheImpossible() {
    Metric nll = Metrics.named("nll");
    assertThat(nll.of(TestArrays.logits(2, NAN, 1), new int[] {1})).isNaN();
    assertThat(nll.of(TestArrays.logits(2, 1, -INFINITY), new int[] {1})).isInfinite();
    assertThat(nll.of(TestArrays.logits(2, 1, -INFINITY), new int[] {0})).isZero();
  }

  @Test
  void namesTheKnownOnes() {
    assertThat(Metrics.ALL).extracting(Metric::name).containsExactly("accuracy", "nll");
    assertThatThrownBy(() -> Metrics.named("acuracy"))
        .isInstanceOf(EvaluationException.class)
        .hasMessage("unknown metric 'acuracy'; known are accuracy, nll");
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
  })
  void directionFollowsTheName(String name, boolean higherIsBetter) {
    assertThat(Metrics.higherIsBetter(name)).isEqualTo(higherIsBetter);
  }

  @Test
  void evaluationOfLogitsHasEveryMetric() {
    Logits logits = TestArrays.logits(2, 1, 1, /**/ 0, 3);
    Evaluation evaluation = Evaluation.of("test", logits, new int[] {1, 1});
    assertThat(evaluation.set()).isEqualTo("test");
    assertThat(evaluation.n()).isEqualTo(2);
    assertThat(evaluation.metrics().keySet()).containsExactly("accuracy", "nll");
    assertThat(evaluation.metric("accuracy")).isEqualTo(0.5);
    assertThat(evaluation.correctCount()).contains(1);
    assertThat(evaluation.logits()).contains(logits);
    assertThat(evaluation.withLogits(Optional.empty()).logits()).isEmpty();
    assertThat(evaluation.withLogits(Optional.empty()).metrics()).isEqualTo(evaluation.metrics());
  }

  @Test
  void evaluationNamesTheLabelThatIsNoClass() {
    Logits logits = TestArrays.logits(2, 1, 1, /**/ 0, 3);
    assertThatThrownBy(() -> Evaluation.of("test", logits, new int[] {0, 2}))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(
            "set 'test': example 1 has the label 2, but the model has 2 classes (0 to 1); correct"
                + " the labels, or use the model they belong to");
    assertThatThrownBy(() -> Evaluation.of("test", logits, new int[] {0}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("1 labels for 2 examples");
  }

  @Test
  void meanOfLogitsIsRoundedOnce() {
    // In float32, 1 + 2⁻²⁴ is 1, and twice so.
    float tiny = 0x1p-24f;
    Logits one = TestArrays.logits(2, 1, 3);
    Logits other = TestArrays.logits(2, tiny, -1);
    assertThat(TestArrays.values(Logits.mean(List.of(one, other, other))))
        .containsExactly((float) ((1 + 0x1p-23) / 3), 1 / 3f);
    assertThat(TestArrays.values(Logits.mean(List.of(one)))).containsExactly(1, 3);
  }

  @Test
  void meanOfLogitsNeedsOneShape() {
    Logits one = TestArrays.logits(2, 1, 3);
    assertThatThrownBy(() -> Logits.mean(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a mean of no logits");
    assertThatThrownBy(() -> Logits.mean(List.of(one, TestArrays.logits(1, 1, 3))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("logits of 1×2 and of 2×1");
  }
}
