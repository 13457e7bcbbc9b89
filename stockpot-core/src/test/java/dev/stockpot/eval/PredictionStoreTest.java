package dev.stockpot.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PredictionStoreTest {
  @TempDir Path folder;

  @Test
  void givesBackWhatWasPut() {
    Predictions predictions = TestArrays.predictions(3, 1, 2, 3, -0f, Float.NaN, Float.MIN_VALUE);
    try (PredictionStore store = new PredictionStore(folder)) {
      assertThat(store.find("ft-03", "test")).isEmpty();
      Predictions kept = store.put("ft-03", "test", predictions);
      assertThat(kept.examples()).isEqualTo(2);
      assertThat(kept.width()).isEqualTo(3);
      assertThat(kept.values().isMapped()).isTrue();
      assertThat(kept.values().mismatch(predictions.values())).isEqualTo(-1);
    }
    try (PredictionStore later = new PredictionStore(folder)) {
      assertThat(later.find("ft-03", "test").orElseThrow().values().mismatch(predictions.values()))
          .isEqualTo(-1);
      assertThat(later.find("ft-03", "shift")).isEmpty();
    }
  }

  @Test
  void namesStayInTheFolder() {
    try (PredictionStore store = new PredictionStore(folder)) {
      store.put("a/../b.c", "..", TestArrays.predictions(1, 1));
      store.put("a%2f..%2fb.c", "é", TestArrays.predictions(1, 2));
    }
    assertThat(folder.resolve("a%2f..%2fb.c").resolve("%2e..npy")).isRegularFile();
    assertThat(folder.resolve("a%252f..%252fb.c").resolve("%c3%a9.npy")).isRegularFile();
  }

  @Test
  void refusesFilesThatAreNoLogits() {
    Path file = TestArrays.floats(folder.resolve("ft").resolve("test.npy"), List.of(2L), 1, 2);
    try (PredictionStore store = new PredictionStore(folder)) {
      assertThatThrownBy(() -> store.find("ft", "test"))
          .isInstanceOf(EvaluationException.class)
          .hasMessage(file + ": F32 [2] instead of predictions, F32 [n, width]; delete the file");
    }
  }
}
