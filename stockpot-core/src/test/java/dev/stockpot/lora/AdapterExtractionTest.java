package dev.stockpot.lora;

import static dev.stockpot.lora.TestAdapters.config;
import static dev.stockpot.lora.TestAdapters.numbers;
import static dev.stockpot.lora.TestAdapters.random;
import static dev.stockpot.lora.TestAdapters.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.OpenOptions;
import dev.stockpot.internal.linear.Matrix;
import dev.stockpot.internal.linear.Svd;
import dev.stockpot.lora.AdapterExtraction.Report;
import dev.stockpot.lora.AdapterExtraction.Settings;
import dev.stockpot.lora.TestAdapters.Filled;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdapterExtractionTest {
  @TempDir private Path folder;

  /// Matrices of both shapes, with a spectrum that falls slowly, and less rank than rows.
  @ParameterizedTest
  @CsvSource({
    "64, 300, 4",
    "300, 64, 4",
    "63, 65, 16",
    "17, 9, 3",
    "9, 17, 9",
    "5, 5, 5",
    "1, 7, 1",
  })
  void theErrorIsTheLeastPossible(int rows, int columns, int rank) {
    Filled base = random(DType.F64, 1, rows, columns);
    Filled tuned = random(DType.F64, 2, rows, columns);
    double[] delta = new double[rows * columns];
    for (int i = 0; i < delta.length; i++) {
      delta[i] = tuned.values()[i] - base.values()[i];
    }
    double[] values = Svd.of(new Matrix(rows, columns, delta)).values();
    double rest = 0;
    double all = 0;
    for (int k = 0; k < values.length; k++) {
      all += values[k] * values[k];
      rest += k < rank ? 0 : values[k] * values[k];
    }
    write(folder.resolve("base.safetensors"), Map.of("fc.weight", base));
    write(folder.resolve("tuned.safetensors"), Map.of("fc.weight", tuned));

    Refactoring found = extract(settings(rank), "adapter", 1).modules().getFirst();
    assertThat(found.norm()).isCloseTo(Math.sqrt(all), within(1e-13 * Math.sqrt(all)));
    assertThat(found.error()).isBetween((1 - 1e-9) * Math.sqrt(rest), Double.MAX_VALUE);
    // A spectrum without a gap is the hardest; the excess is some parts in a thousand.
    assertThat(found.error()).isLessThan(1.005 * Math.sqrt(rest) + 1e-13 * Math.sqrt(all));
  }

  @Test
  void aRankThatWeightsCannotHaveIsTold() {
    Map<String, Filled> base =
        Map.of(
            "wide.weight",
            random(DType.F64, 1, 9, 8),
            "narrow.weight",
            random(DType.F64, 2, 20, 5));
    Map<String, Filled> tuned =
        Map.of(
            "wide.weight",
            random(DType.F64, 3, 9, 8),
            "narrow.weight",
            random(DType.F64, 4, 20, 5));
    write(folder.resolve("base.safetensors"), base);
    write(folder.resolve("tuned.safetensors"), tuned);
    Report report = extract(settings(8), "adapter", 1);
    assertThat(report.narrow()).containsExactly("narrow");
    assertThat(report.modules())
        .allSatisfy(module -> assertThat(module.relative()).isLessThan(1e-13));
    assertThatThrownBy(() -> extract(settings(9), "other", 1))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            folder.resolve("tuned.safetensors")
                + ": rank 9 is more than any of its 2 weights to adapt can have; ask for at most"
                + " 8");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatAnAdapterDidIsExtractedAgain(boolean fanInFanOut) {
    Map<String, Filled> base = model(DType.F64, 7);
    write(folder.resolve("base.safetensors"), base);
    Map<String, Filled> factors = new LinkedHashMap<>();
    for (int layer = 0; layer < 2; layer++) {
      String name = "base_model.model.model.layers." + layer + ".fc.lora_";
      factors.put(name + "A.weight", random(DType.F64, layer, 4, fanInFanOut ? 40 : 70));
      factors.put(name + "B.weight", random(DType.F64, layer + 9, fanInFanOut ? 70 : 40, 4));
    }
    Path original = TestAdapters.adapter(folder.resolve("original"), config(4, 6), factors);
    Path merged = folder.resolve("tuned.safetensors");
    try (Checkpoint adapted = open(original)) {
      Map<String, Filled> tensors = new LinkedHashMap<>();
      base.forEach((name, filled) ->
          tensors.put(name, new Filled(DType.F64, filled.shape(), numbers(adapted, name))));
      write(merged, tensors);
    }
    Settings settings =
        new Settings(4, 2, Optional.empty(), List.of(), fanInFanOut, Optional.of("org/base"));
    Report report = extract(settings, "adapter", 2);
    assertThat(report.modules())
        .extracting(Refactoring::module)
        .containsExactly("model.layers.0.fc", "model.layers.1.fc");
    assertThat(report.modules()).allMatch(module -> module.relative() < 1e-13);
    assertThat(report.left()).isEmpty();

    Path adapter = folder.resolve("adapter");
    try (Checkpoint again = open(adapter);
        Checkpoint expected = Checkpoints.open(merged);
        Adapter written = Adapter.open(adapter)) {
      for (String name : expected.tensors().keySet()) {
        assertThat(numbers(again, name))
            .usingComparatorWithPrecision(1e-12)
            .containsExactly(numbers(expected, name));
      }
      assertThat(written.config())
          .isEqualTo(new AdapterConfig(4, 2, fanInFanOut, List.of("fc"), Optional.of("org/base")));
    }
  }

  @Test
  void whatIsNotInTheAdapterIsNamed() {
    Map<String, Filled> base = model(DType.F32, 7);
    base.put("lm_head.weight", random(DType.F32, 7, 9, 40));
    base.put("gone", random(DType.F32, 7, 1));
    write(folder.resolve("base.safetensors"), base);
    Map<String, Filled> tuned = model(DType.F32, 7);
    tuned.put("model.layers.1.fc.weight", random(DType.F32, 8, 40, 70));
    tuned.put("model.norm.weight", random(DType.F32, 8, 40));
    tuned.put("model.embed_tokens.weight", random(DType.F32, 8, 9, 40));
    tuned.put("lm_head.weight", random(DType.F32, 8, 10, 40));
    write(folder.resolve("tuned.safetensors"), tuned);

    Report report = extract(settings(2), "adapter", 1);
    // One layer of the kind differs, so both are in.
    assertThat(report.modules())
        .extracting(Refactoring::module)
        .containsExactly("model.layers.0.fc", "model.layers.1.fc");
    assertThat(report.modules().getFirst()).isEqualTo(new Refactoring("model.layers.0.fc", 0, 0));
    assertThat(report.modules().getFirst().relative()).isZero();
    assertThat(report.left())
        .containsExactlyInAnyOrder(
            "model.norm.weight", "model.embed_tokens.weight", "lm_head.weight", "gone");
  }

  @Test
  void targetsChooseModulesAlsoEmbeddings() {
    Map<String, Filled> base = model(DType.F32, 7);
    write(folder.resolve("base.safetensors"), base);
    write(folder.resolve("tuned.safetensors"), model(DType.F32, 8));

    Settings settings =
        new Settings(
            40,
            40,
            Optional.of(DType.F64),
            List.of("layers.1.fc", "embed_tokens"),
            false,
            Optional.empty());
    Report report = extract(settings, "adapter", 2);
    assertThat(report.modules())
        .extracting(Refactoring::module)
        .containsExactlyInAnyOrder("model.embed_tokens", "model.layers.1.fc");
    assertThat(report.modules()).allMatch(module -> module.relative() < 1e-13);
    assertThat(report.left())
        .containsExactlyInAnyOrder("model.layers.0.fc.weight", "model.norm.weight");
    try (Adapter written = Adapter.open(folder.resolve("adapter"));
        Checkpoint again = open(folder.resolve("adapter"));
        Checkpoint tuned = Checkpoints.open(folder.resolve("tuned.safetensors"))) {
      assertThat(written.config().targets())
          .containsExactlyInAnyOrder("model.layers.1.fc", "model.embed_tokens");
      assertThat(written.tensors().tensors().keySet())
          .contains("base_model.model.model.embed_tokens.lora_embedding_A");
      String name = "model.embed_tokens.weight";
      assertThat(numbers(again, name))
          .usingComparatorWithPrecision(1e-6)
          .containsExactly(numbers(tuned, name));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void theBytesAreThoseOfOneThread(int threads) {
    write(folder.resolve("base.safetensors"), model(DType.BF16, 7));
    write(folder.resolve("tuned.safetensors"), model(DType.BF16, 8));
    Report one = extract(settings(3), "one", 1);
    assertThat(extract(settings(3), "many", threads)).isEqualTo(one);
    assertThat(folder.resolve("many/adapter_model.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("one/adapter_model.safetensors"));
  }

  @Test
  void whatCannotBeExtractedIsToldOf() {
    Path base = write(folder.resolve("base.safetensors"), model(DType.F32, 7));
    Path tuned = write(folder.resolve("tuned.safetensors"), model(DType.F32, 7));
    assertThatThrownBy(() -> extract(settings(2), "adapter", 1))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(tuned + ": no weight of a linear layer differs from that in " + base);
    Settings settings =
        new Settings(2, 2, Optional.empty(), List.of("fd"), false, Optional.empty());
    assertThatThrownBy(() -> extract(settings, "adapter", 1))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            tuned
                + ": has no module 'fd' with a weight of two dimensions that the base has too;"
                + " stockpot inspect lists the tensors");
    Map<String, Filled> odd = model(DType.F32, 8);
    odd.put("model.layers.0.fc.weight", new Filled(DType.F32, List.of(40L, 70L), new double[2800]));
    odd.get("model.layers.0.fc.weight").values()[2799] = Double.POSITIVE_INFINITY;
    write(tuned, odd);
    assertThatThrownBy(() -> extract(settings(2), "adapter", 2))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            tuned
                + ": tensor 'model.layers.0.fc.weight': the difference to "
                + base
                + " has NaN or infinite values; it has no factors");
    assertThat(folder.resolve("adapter")).doesNotExist();
  }

  private Report extract(Settings settings, String target, int threads) {
    try (Checkpoint base = Checkpoints.open(folder.resolve("base.safetensors"));
        Checkpoint tuned = Checkpoints.open(folder.resolve("tuned.safetensors"))) {
      return new AdapterExtraction(base, tuned, settings)
          .write(folder.resolve(target), Map.of(), threads, Progress.NONE);
    }
  }

  private static Settings settings(int rank) {
    return new Settings(rank, rank, Optional.empty(), List.of(), false, Optional.empty());
  }

  private static Map<String, Filled> model(DType dtype, long seed) {
    Map<String, Filled> tensors = new LinkedHashMap<>();
    tensors.put("model.embed_tokens.weight", random(dtype, seed, 9, 40));
    tensors.put("model.layers.0.fc.weight", random(dtype, seed + 100, 40, 70));
    tensors.put("model.layers.1.fc.weight", random(dtype, seed + 200, 40, 70));
    tensors.put("model.norm.weight", random(dtype, seed, 40));
    return tensors;
  }

  private Checkpoint open(Path adapter) {
    return new Adapters()
        .open(adapter, Optional.of(folder.resolve("base.safetensors")), OpenOptions.NONE);
  }
}
