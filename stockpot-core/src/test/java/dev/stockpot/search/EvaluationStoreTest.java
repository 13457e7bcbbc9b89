package dev.stockpot.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.eval.Evaluation;
import dev.stockpot.eval.Metrics;
import dev.stockpot.eval.Predictions;
import dev.stockpot.eval.Targets;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EvaluationStoreTest {
  private static final Evaluation EVALUATION =
      Evaluation.of(
          "shift/ä",
          new Predictions(3, 2, MemorySegment.ofArray(new float[] {1, 0, 0, 1, 1, 0})),
          new Targets.Classes(new int[] {0, 1, 1}),
          Metrics.ALL);

  @TempDir private Path folder;

  @Test
  void isFoundAgainByALaterRun() {
    try (EvaluationStore store = new EvaluationStore(folder.resolve("new"), Durability.CACHED)) {
      assertThat(store.find("ft", "shift/ä", false)).isEmpty();
      Evaluation kept = store.put("ft", EVALUATION, false);
      assertThat(kept).isEqualTo(withoutPredictions());
      assertThat(store.find("ft", "shift/ä", false)).contains(withoutPredictions());
    }
    try (EvaluationStore later = new EvaluationStore(folder.resolve("new"), Durability.CACHED)) {
      assertThat(later.find("ft", "shift/ä", false)).contains(withoutPredictions());
    }
  }

  @Test
  void candidatesAndSetsAreToldApart() {
    try (EvaluationStore store = new EvaluationStore(folder, Durability.CACHED)) {
      store.put("a/b", EVALUATION, false);
      assertThat(store.find("a_b", "shift/ä", false)).isEmpty();
      assertThat(store.find("A/b", "shift/ä", false)).isEmpty();
      assertThat(store.find("a/b", "shift", false)).isEmpty();
    }
  }

  @Test
  void logitsAreKeptWhereTheyWillBeAskedFor() {
    try (EvaluationStore store = new EvaluationStore(folder, Durability.CACHED)) {
      store.put("with", EVALUATION, true);
      store.put("without", EVALUATION, false);
      assertThat(values(store, "with")).containsExactly(1, 0, 0, 1, 1, 0);
      assertThat(store.find("without", "shift/ä", true)).isEmpty();
    }
    try (EvaluationStore later = new EvaluationStore(folder, Durability.CACHED)) {
      assertThat(later.find("with", "shift/ä", false)).contains(withoutPredictions());
      assertThat(values(later, "with")).containsExactly(1, 0, 0, 1, 1, 0);
      assertThat(later.find("without", "shift/ä", true)).isEmpty();
      assertThat(later.find("without", "shift/ä", false)).contains(withoutPredictions());
    }
  }

  @Test
  void everyNumberComesBackAsItWas() {
    SequencedMap<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("third", 1.0 / 3);
    metrics.put("nan", Double.NaN);
    metrics.put("most", Double.POSITIVE_INFINITY);
    metrics.put("least", Double.NEGATIVE_INFINITY);
    metrics.put("zero", -0.0);
    metrics.put("tiny", Double.MIN_VALUE);
    Evaluation evaluation =
        new Evaluation("s", 2_000_000_000, metrics, Optional.of(new BitSet()), Optional.empty());
    try (EvaluationStore store = new EvaluationStore(folder, Durability.CACHED)) {
      store.put("ft", evaluation, false);
    }
    try (EvaluationStore later = new EvaluationStore(folder, Durability.CACHED)) {
      assertThat(later.find("ft", "s", false)).contains(evaluation);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{\"n\":3,\"metr",
        "\0\0\0\0",
        "[]",
        "{}",
        "{\"n\":3}",
        "{\"n\":3,\"metrics\":7}",
        "{\"n\":3.5,\"metrics\":{}}",
        "{\"n\":99999999999,\"metrics\":{}}",
        "{\"n\":3,\"metrics\":{\"accuracy\":null}}",
        "{\"n\":3,\"metrics\":{\"accuracy\":\"good\"}}",
        "{\"n\":3,\"metrics\":{},\"correct\":\"0\"}",
        "{\"n\":3,\"metrics\":{},\"correct\":\"xx\"}"
      })
  void damagedDocumentIsMeasuredAgain(String text) throws IOException {
    try (EvaluationStore store = new EvaluationStore(folder, Durability.CACHED)) {
      store.put("ft", EVALUATION, false);
    }
    Files.writeString(folder.resolve("ft").resolve("shift%2f%c3%a4.json"), text);
    try (EvaluationStore later = new EvaluationStore(folder, Durability.CACHED)) {
      assertThat(later.find("ft", "shift/ä", false)).isEmpty();
      later.put("ft", EVALUATION, false);
    }
    try (EvaluationStore last = new EvaluationStore(folder, Durability.CACHED)) {
      assertThat(last.find("ft", "shift/ä", false)).contains(withoutPredictions());
    }
  }

  @Test
  void damagedLogitsAreMeasuredAgain() throws IOException {
    try (EvaluationStore store = new EvaluationStore(folder, Durability.CACHED)) {
      store.put("ft", EVALUATION, true);
    }
    Files.write(folder.resolve("ft").resolve("shift%2f%c3%a4.npy"), new byte[10]);
    try (EvaluationStore later = new EvaluationStore(folder, Durability.CACHED)) {
      assertThat(later.find("ft", "shift/ä", true)).isEmpty();
      later.put("ft", EVALUATION, true);
      assertThat(values(later, "ft")).containsExactly(1, 0, 0, 1, 1, 0);
    }
  }

  @Test
  void numbersPerExampleAreOnDisk() throws IOException {
    double[] numbers = {1.0 / 3, Double.NaN, -0.0, Double.NEGATIVE_INFINITY};
    Evaluation evaluation = EVALUATION.withNumbers(Optional.of(() -> numbers));
    try (EvaluationStore store = new EvaluationStore(folder, Durability.CACHED)) {
      Evaluation kept = store.put("ft", evaluation, false);
      numbers[0] = 7;
      assertThat(kept.numbers().orElseThrow().read())
          .containsExactly(1.0 / 3, Double.NaN, -0.0, Double.NEGATIVE_INFINITY);
    }
    try (EvaluationStore later = new EvaluationStore(folder, Durability.CACHED)) {
      Evaluation found = later.find("ft", "shift/ä", false).orElseThrow();
      assertThat(found.numbers().orElseThrow().read())
          .containsExactly(1.0 / 3, Double.NaN, -0.0, Double.NEGATIVE_INFINITY);
    }
    Path file = folder.resolve("ft").resolve("numbers").resolve("shift%2f%c3%a4.f64");
    Files.write(file, new byte[31]);
    try (EvaluationStore last = new EvaluationStore(folder, Durability.CACHED)) {
      assertThat(last.find("ft", "shift/ä", false)).isEmpty();
    }
  }

  private static Evaluation withoutPredictions() {
    return EVALUATION.withPredictions(Optional.empty());
  }

  private static float[] values(EvaluationStore store, String candidate) {
    Predictions predictions =
        store.find(candidate, "shift/ä", true).orElseThrow().predictions().orElseThrow();
    float[] values = new float[predictions.examples() * predictions.width()];
    for (int i = 0; i < values.length; i++) {
      values[i] = predictions.at(i / predictions.width(), i % predictions.width());
    }
    return values;
  }
}
