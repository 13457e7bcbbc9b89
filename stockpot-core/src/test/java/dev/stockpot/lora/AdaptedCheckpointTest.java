package dev.stockpot.lora;

import static dev.stockpot.lora.TestAdapters.GOLDEN;
import static dev.stockpot.lora.TestAdapters.bytes;
import static dev.stockpot.lora.TestAdapters.config;
import static dev.stockpot.lora.TestAdapters.filled;
import static dev.stockpot.lora.TestAdapters.linear;
import static dev.stockpot.lora.TestAdapters.numbers;
import static dev.stockpot.lora.TestAdapters.random;
import static dev.stockpot.lora.TestAdapters.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.OpenOptions;
import dev.stockpot.checkpoint.Safetensors;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.lora.TestAdapters.Filled;
import dev.stockpot.merge.MergeExecutor;
import dev.stockpot.merge.MergePlan;
import dev.stockpot.method.Linear;
import dev.stockpot.search.RunningSum;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdaptedCheckpointTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "base, patterns",
    "base, rslora",
    "fan-in-fan-out.base, fan-in-fan-out",
  })
  void weightsAreThoseOfTheFormula(String base, String adapter) {
    Path under = GOLDEN.resolve(base + ".safetensors");
    try (Checkpoint found = open(GOLDEN.resolve(adapter), Optional.of(under));
        Checkpoint plain = Checkpoints.open(under);
        Checkpoint expected = Checkpoints.open(GOLDEN.resolve(adapter + ".expected.safetensors"))) {
      assertThat(found.tensors()).isEqualTo(plain.tensors());
      for (TensorSpec spec : found.tensors().values()) {
        String name = spec.name();
        assertThat(bytes(found, name)).as(name).isEqualTo(bytes(expected, name));
        assertThat(found.tensor(name).data().toArray(ValueLayout.JAVA_BYTE))
            .as(name)
            .isEqualTo(bytes(expected, name));
        assertThat(numbers(found.unrounded(), name))
            .as(name)
            .isEqualTo(numbers(expected, "exact." + name));
      }
      assertThat(found.unrounded().unrounded()).isSameAs(found.unrounded());
      assertThat(found.metadata()).isEqualTo(plain.metadata());
      assertThat(found.notes())
          .containsExactly("the adapter " + GOLDEN.resolve(adapter) + " is applied to " + under);
    }
  }

  @Test
  void theBinFileOfPyTorchHoldsTheSame() throws Exception {
    Path golden = GOLDEN.resolve("patterns");
    Files.copy(golden.resolve(AdapterConfig.FILE), folder.resolve(AdapterConfig.FILE));
    try (Checkpoint own = Checkpoints.open(golden.resolve("adapter_model.safetensors"))) {
      new MergeExecutor(1, Progress.NONE)
          .execute(
              MergePlan.of(List.of(own), Linear.mean(1), Optional.empty()),
              folder.resolve("adapter_model.bin"),
              false,
              Durability.CACHED);
    }
    Optional<Path> base = Optional.of(GOLDEN.resolve("base.safetensors"));
    try (Checkpoint found = open(folder, base);
        Checkpoint expected = open(golden, base)) {
      for (String name : expected.tensors().keySet()) {
        assertThat(bytes(found, name)).isEqualTo(bytes(expected, name));
      }
    }
  }

  /// Rows of 1, 7, … columns, so that stretches begin and end within rows and elements.
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 7, 8, 9, 17, 65, 4098, 40_000})
  void anyStretchIsThatOfTheWhole(long columns) {
    Path base = write(folder.resolve("base.safetensors"), fc(DType.F16, 3, columns));
    adapter("a", DType.F32, 3, columns, 4);
    try (Checkpoint adapted = open(folder.resolve("a"), Optional.of(base))) {
      byte[] whole = bytes(adapted, "fc.weight");
      int step = Math.max(1, whole.length / 7) | 1;
      for (int from = 0; from < whole.length; from += step) {
        ByteBuffer part = ByteBuffer.allocate(Math.min(step, whole.length - from));
        adapted.read("fc.weight", from, part);
        assertThat(part.array()).isEqualTo(Arrays.copyOfRange(whole, from, from + part.limit()));
      }
      assertThatThrownBy(() -> adapted.read("fc.weight", whole.length, ByteBuffer.allocate(1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "tensor 'fc.weight': bytes %d + 1 of %d".formatted(whole.length, whole.length));
      assertThatThrownBy(() -> adapted.tensor("x"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("no tensor 'x'");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void aSoupOfAdaptersIsRoundedOnce(int threads) {
    Path base = write(folder.resolve("base.safetensors"), fc(DType.BF16, 65, 1025));
    List<Checkpoint> adapted = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      adapter("a" + i, DType.BF16, 65, 1025, 4);
      adapted.add(open(folder.resolve("a" + i), Optional.of(base)));
    }
    Path soup = folder.resolve("soup.safetensors");
    MergePlan plan = MergePlan.of(adapted, Linear.mean(3), Optional.empty());
    new MergeExecutor(threads, Progress.NONE).execute(plan, soup, false, Durability.CACHED);

    double[] mean = new double[65 * 1025];
    for (Checkpoint each : adapted) {
      double[] exact = numbers(each.unrounded(), "fc.weight");
      for (int i = 0; i < mean.length; i++) {
        mean[i] += exact[i];
      }
    }
    Arrays.setAll(mean, i -> mean[i] / 3);
    Path expected =
        write(
            folder.resolve("expected.safetensors"),
            Map.of("fc.weight", filled(DType.BF16, List.of(65L, 1025L), mean)));
    try (Checkpoint found = Checkpoints.open(soup);
        Checkpoint rounded = Checkpoints.open(expected)) {
      assertThat(found.tensors()).isEqualTo(rounded.tensors());
      assertThat(bytes(found, "fc.weight")).isEqualTo(bytes(rounded, "fc.weight"));
    }
    Path grown = folder.resolve("grown.safetensors");
    try (RunningSum sum =
        new RunningSum(
            new MergeExecutor(threads, Progress.NONE), folder, Optional.empty(), false)) {
      sum.accept(adapted.get(0));
      sum.accept(adapted.get(1));
      sum.candidate(adapted.get(2), grown, new Safetensors());
    }
    assertThat(grown).hasSameBinaryContentAs(soup);
    adapted.forEach(Checkpoint::close);
  }

  @Test
  void overflowIsAnErrorOfTheMerge() {
    Path base =
        write(
            folder.resolve("base.safetensors"),
            Map.of("fc.weight", filled(DType.F16, List.of(1L, 2L), 60_000, 1)));
    TestAdapters.adapter(
        folder.resolve("a"),
        config(1, 1),
        linear(
            filled(DType.F32, List.of(1L, 2L), 10_000, 1), filled(DType.F32, List.of(1L, 1L), 1)));
    try (Checkpoint adapted = open(folder.resolve("a"), Optional.of(base))) {
      assertThat(numbers(adapted, "fc.weight")).containsExactly(Double.POSITIVE_INFINITY, 2);
      MergePlan plan = MergePlan.of(List.of(adapted), Linear.mean(1), Optional.empty());
      Path out = folder.resolve("out.safetensors");
      assertThatThrownBy(() ->
              new MergeExecutor(1, Progress.NONE).execute(plan, out, false, Durability.CACHED))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(
              out
                  + ": tensor 'fc.weight': 1 value overflows F16, whose largest is 65504.0; choose"
                  + " a wider --out-dtype, or --saturate to clamp");
    }
  }

  private static Map<String, Filled> fc(DType dtype, long rows, long columns) {
    return Map.of("fc.weight", random(dtype, rows + columns, rows, columns));
  }

  private void adapter(String name, DType dtype, long rows, long columns, int rank) {
    long seed = name.hashCode();
    TestAdapters.adapter(
        folder.resolve(name),
        config(rank, 3),
        linear(random(dtype, seed, rank, columns), random(dtype, seed + 7, rows, rank)));
  }

  private static Checkpoint open(Path path, Optional<Path> base) {
    return new Adapters().open(path, base, OpenOptions.NONE);
  }
}
