package dev.stockpot.lora;

import static dev.stockpot.lora.TestAdapters.GOLDEN;
import static dev.stockpot.lora.TestAdapters.config;
import static dev.stockpot.lora.TestAdapters.linear;
import static dev.stockpot.lora.TestAdapters.numbers;
import static dev.stockpot.lora.TestAdapters.random;
import static dev.stockpot.lora.TestAdapters.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.OpenOptions;
import dev.stockpot.internal.linear.Matrix;
import dev.stockpot.internal.linear.Svd;
import dev.stockpot.lora.TestAdapters.Filled;
import java.io.IOException;
import java.nio.file.Files;
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

class AdapterSoupTest {
  private static final int OUT = 17;
  private static final int IN = 33;

  @TempDir private Path folder;

  /// Ranks 2 and 3 of two adapters add up to 5.
  @ParameterizedTest
  @CsvSource({"1, false", "3, false", "5, true", "8, true", "40, true"})
  void theSoupIsTheBestProductOfTheRank(int rank, boolean exact) {
    Filled weight = random(DType.F64, 1, OUT, IN);
    Path base = write(folder.resolve("base.safetensors"), Map.of("fc.weight", weight));
    List<Path> paths = List.of(adapter("a", DType.F64, 2, 3), adapter("b", DType.F64, 3, 0.5));
    Path soup = folder.resolve("soup");
    List<Refactoring> errors = soup(paths, List.of(0.25, 0.75), rank, Optional.empty(), soup, 1);

    Matrix expected = new Matrix(OUT, IN);
    expected.addProduct(scaled(0.25), matrix(delta(base, paths.get(0), weight)));
    expected.addProduct(scaled(0.75), matrix(delta(base, paths.get(1), weight)));
    Matrix found = matrix(delta(base, soup, weight));
    double[] values = Svd.of(expected).values();
    double rest = 0;
    for (int k = rank; k < values.length; k++) {
      rest += values[k] * values[k];
    }
    double norm = Math.sqrt(expected.squares());
    found.addProduct(scaled(-1), expected);
    double error = Math.sqrt(found.squares());
    assertThat(error).isCloseTo(Math.sqrt(rest), within(1e-14 * norm));
    assertThat(errors).hasSize(1);
    assertThat(errors.getFirst().module()).isEqualTo("fc");
    assertThat(errors.getFirst().norm()).isCloseTo(norm, within(1e-14 * norm));
    assertThat(errors.getFirst().error()).isCloseTo(error, within(1e-14 * norm));
    assertThat(errors.getFirst().relative() < 1e-14).isEqualTo(exact);
  }

  @Test
  void theErrorIncludesTheRounding() {
    List<Path> paths = List.of(adapter("a", DType.F32, 2, 3), adapter("b", DType.F32, 3, 0.5));
    Path soup = folder.resolve("soup");
    double relative =
        soup(paths, List.of(0.5, 0.5), 5, Optional.of(DType.BF16), soup, 1).getFirst().relative();
    assertThat(relative).isBetween(1e-4, 1e-2);
    try (Adapter written = Adapter.open(soup)) {
      assertThat(written.modules().get("fc").a().dtype()).isEqualTo(DType.BF16);
    }
  }

  @Test
  void kindsOfModulesAndTheirAbsenceAreRespected() throws IOException {
    // What it saves whole would make the soup more than an adapter.
    Path golden = folder.resolve("golden");
    Map<String, Filled> tensors = new LinkedHashMap<>();
    try (Adapter patterns = Adapter.open(GOLDEN.resolve("patterns"))) {
      patterns
          .tensors()
          .tensors()
          .forEach((name, spec) -> {
            if (!name.endsWith("norm.weight")) {
              tensors.put(
                  name, new Filled(DType.F64, spec.shape(), numbers(patterns.tensors(), name)));
            }
          });
    }
    TestAdapters.adapter(
        golden, Files.readString(GOLDEN.resolve("patterns/adapter_config.json")), tensors);
    Path soup = folder.resolve("soup");
    Path base = GOLDEN.resolve("base.safetensors");
    soup(
        List.of(golden, GOLDEN.resolve("rslora")), List.of(1.0, 0.0), 8, Optional.empty(), soup, 2);

    try (Checkpoint found = open(soup, base);
        Checkpoint expected = open(golden, base)) {
      for (String name : expected.tensors().keySet()) {
        assertThat(numbers(found.unrounded(), name))
            .as(name)
            .usingComparatorWithPrecision(1e-2)
            .containsExactly(numbers(expected.unrounded(), name));
      }
      String conv = "model.conv.weight";
      assertThat(numbers(found.unrounded(), conv))
          .usingComparatorWithPrecision(1e-13)
          .containsExactly(numbers(expected.unrounded(), conv));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void theBytesAreThoseOfOneThread(int threads) {
    List<Path> paths = List.of(adapter("a", DType.F32, 2, 3), adapter("b", DType.F32, 3, 0.5));
    Path one = folder.resolve("one");
    Path many = folder.resolve("many");
    soup(paths, List.of(0.5, 0.5), 4, Optional.empty(), one, 1);
    soup(paths, List.of(0.5, 0.5), 4, Optional.empty(), many, threads);
    assertThat(many.resolve("adapter_model.safetensors"))
        .hasSameBinaryContentAs(one.resolve("adapter_model.safetensors"));
    assertThat(one.resolve("adapter_config.json"))
        .hasContent(
            """
            {
              "peft_type": "LORA",
              "base_model_name_or_path": null,
              "r": 4,
              "lora_alpha": 4,
              "rank_pattern": {},
              "alpha_pattern": {},
              "target_modules": [],
              "use_rslora": false,
              "fan_in_fan_out": false,
              "bias": "none",
              "lora_dropout": 0.0,
              "inference_mode": true,
              "task_type": null
            }
            """);
  }

  @Test
  void adaptersThatDoNotFitAreToldOf() {
    Path a = adapter("a", DType.F32, 2, 3);
    Path b =
        TestAdapters.adapter(
            folder.resolve("b"),
            "{\"peft_type\": \"LORA\", \"r\": 2, \"fan_in_fan_out\": true}",
            linear(random(DType.F32, 1, 2, 9), random(DType.F32, 2, OUT, 2)));
    Path whole = GOLDEN.resolve("patterns");
    Path out = folder.resolve("out");
    assertThatThrownBy(
            () -> soup(List.of(a, b, whole), List.of(1.0, 1.0, 1.0), 4, Optional.empty(), out, 1))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "the adapters do not fit together, 3 faults:\n  "
                + b.resolve("adapter_model.safetensors")
                + ": tensor 'base_model.model.fc.lora_A.weight': is for a linear layer of 17 × 9,"
                + " but for a linear layer of 17 × 33 in "
                + a.resolve("adapter_model.safetensors")
                + "\n  "
                + b.resolve("adapter_config.json")
                + ": fan_in_fan_out differs from that of "
                + a
                + "\n  "
                + whole.resolve("adapter_model.safetensors")
                + ": tensor 'base_model.model.model.norm.weight': takes the place of"
                + " 'model.norm.weight' as a whole, so the soup is no adapter; leave out"
                + " --as-adapter");
    assertThat(out).doesNotExist();
  }

  @Test
  void valuesWithoutFactorsAreToldOf() {
    Path a =
        TestAdapters.adapter(
            folder.resolve("a"),
            config(1, 1),
            linear(
                TestAdapters.filled(DType.F32, List.of(1L, 2L), 1, Double.NaN),
                TestAdapters.filled(DType.F32, List.of(1L, 1L), 1)));
    Path out = folder.resolve("out");
    assertThatThrownBy(() -> soup(List.of(a), List.of(1.0), 4, Optional.empty(), out, 1))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            a.resolve("adapter_model.safetensors")
                + ": tensor 'base_model.model.fc.lora_A.weight': has NaN or infinite values; it has"
                + " no factors");
    assertThat(folder.toFile().list()).containsExactly("a");

    Path large =
        TestAdapters.adapter(
            folder.resolve("large"),
            config(1, 1),
            linear(
                TestAdapters.filled(DType.F32, List.of(1L, 2L), 1e6, 1),
                TestAdapters.filled(DType.F32, List.of(1L, 1L), 1e6)));
    assertThatThrownBy(() -> soup(List.of(large), List.of(1.0), 1, Optional.of(DType.F16), out, 1))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            out
                + ": tensor 'base_model.model.fc.lora_A.weight': values overflow F16, whose"
                + " largest is 65504.0; choose a wider --out-dtype");
  }

  private List<Refactoring> soup(
      List<Path> paths,
      List<Double> weights,
      int rank,
      Optional<DType> dtype,
      Path target,
      int threads) {
    List<Adapter> adapters = paths.stream().map(Adapter::open).toList();
    try {
      return new AdapterSoup(adapters, weights, rank, dtype)
          .write(target, Map.of(), threads, Progress.NONE);
    } finally {
      adapters.forEach(Adapter::close);
    }
  }

  private Path adapter(String name, DType dtype, int rank, double alpha) {
    return TestAdapters.adapter(
        folder.resolve(name),
        config(rank, alpha),
        linear(
            random(dtype, name.hashCode(), rank, IN),
            random(dtype, name.hashCode() + 1, OUT, rank)));
  }

  /// What an adapter adds to a weight.
  private static double[] delta(Path base, Path adapter, Filled weight) {
    try (Checkpoint adapted = open(adapter, base)) {
      double[] values = numbers(adapted, "fc.weight");
      for (int i = 0; i < values.length; i++) {
        values[i] -= weight.values()[i];
      }
      return values;
    }
  }

  private static Matrix matrix(double[] values) {
    return new Matrix(OUT, IN, values);
  }

  private static Matrix scaled(double scale) {
    Matrix diagonal = new Matrix(OUT, OUT);
    for (int i = 0; i < OUT; i++) {
      diagonal.set(i, i, scale);
    }
    return diagonal;
  }

  private static Checkpoint open(Path adapter, Path base) {
    return new Adapters().open(adapter, Optional.of(base), OpenOptions.NONE);
  }
}
