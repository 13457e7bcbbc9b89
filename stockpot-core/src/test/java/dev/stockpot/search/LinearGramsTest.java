package dev.stockpot.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.eval.Batch;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.GradientEngine;
import dev.stockpot.eval.LinearGrams;
import dev.stockpot.eval.ModelStatistics;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Sums over some examples, and the checkpoint that is made of them.
class LinearGramsTest {
  private static final int[] EXAMPLES = {1, 3, 4, 39};

  @TempDir private Path folder;

  @Test
  void theyAreSumsOverTheExamplesAndSymmetric() {
    SoftmaxExamples data = new SoftmaxExamples();
    try (TensorKitchen models = new TensorKitchen(folder, 1, _ -> 0);
        GradientEngine.Grams grams =
            new SoftmaxRegression(List.of("conv.w"))
                .grams(models.kitchen().ingredients().getFirst().checkpoint())) {
      assertThat(LinearGrams.layers(grams, Path.of("net"), data, 5)).containsEntry("conv.w", 3L);

      SequencedMap<String, MemorySegment> sums =
          LinearGrams.of(grams, data, EXAMPLES, "", Progress.NONE);

      assertThat(sums.keySet()).containsExactly("conv.w");
      assertThat(sums.get("conv.w").toArray(ValueLayout.JAVA_DOUBLE))
          .containsExactly(sum(data), within(1e-12));
    }
  }

  @Test
  void theCheckpointHasASquareOfFloatsForEveryLayer() {
    Path file = folder.resolve("gram.safetensors");
    SoftmaxExamples data = new SoftmaxExamples();
    try (TensorKitchen models = new TensorKitchen(folder, 1, _ -> 0);
        GradientEngine.Grams grams =
            new SoftmaxRegression(List.of("conv.w"))
                .grams(models.kitchen().ingredients().getFirst().checkpoint())) {
      SequencedMap<String, MemorySegment> sums =
          LinearGrams.of(grams, data, EXAMPLES, "", Progress.NONE);
      ModelStatistics.write(file, ModelStatistics.grams(sums), sums, Durability.CACHED);
    }
    double[] expected = sum(data);
    try (Checkpoint written = Checkpoints.open(file)) {
      assertThat(written.tensors().values())
          .containsExactly(new TensorSpec("conv.w", DType.F32, List.of(3L, 3L)));
      float[] values = written.tensor("conv.w").data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
      for (int i = 0; i < 9; i++) {
        assertThat((double) values[i]).isCloseTo(expected[i], within(1e-6));
      }
    }
  }

  @Test
  void aNetworkWithoutLinearLayersIsSaid() {
    try (GradientEngine.Grams none = new NoLayers()) {
      assertThatThrownBy(
              () -> LinearGrams.layers(none, Path.of("model.ts.pt"), new SoftmaxExamples(), 0))
          .isInstanceOf(EvaluationException.class)
          .hasMessage(
              "model.ts.pt: has no linear layer whose weight is a parameter, and so no Gram matrix;"
                  + " merge its models by another method");
    }
  }

  private record NoLayers() implements GradientEngine.Grams {
    @Override
    public SequencedMap<String, Long> layers(Batch batch) {
      return new LinkedHashMap<>();
    }

    @Override
    public void add(Batch batch) {}

    @Override
    public SequencedMap<String, MemorySegment> sums() {
      return new LinkedHashMap<>();
    }

    @Override
    public void close() {}
  }

  private static double[] sum(SoftmaxExamples data) {
    double[] sum = new double[9];
    try (Arena arena = Arena.ofConfined()) {
      FloatBuffer x =
          data.batch(EXAMPLES, arena)
              .input("")
              .data()
              .order(ByteOrder.nativeOrder())
              .asFloatBuffer();
      for (int e = 0; e < EXAMPLES.length; e++) {
        for (int i = 0; i < 9; i++) {
          sum[i] += (double) x.get(3 * e + i / 3) * x.get(3 * e + i % 3);
        }
      }
    }
    return sum;
  }
}
