package dev.stockpot.libtorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.eval.Batch;
import dev.stockpot.eval.EvaluatorSpec;
import dev.stockpot.eval.GradientEngine;
import dev.stockpot.eval.GradientEngine.Gradient;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuiltInGradientsTest {
  private static final int[] LABELS = {1, 0, 1, 1};
  private static final List<TensorSpec> SPECS =
      List.of(
          new TensorSpec("layers.0.weight", DType.F32, List.of(5L, 3L)),
          new TensorSpec("layers.0.bias", DType.F32, List.of(5L)),
          new TensorSpec("head.weight", DType.F32, List.of(2L, 5L)),
          new TensorSpec("head.bias", DType.F32, List.of(2L)));

  @TempDir private Path folder;

  @Test
  void gradientsAreFiniteDifferences() throws IOException {
    Path file = folder.resolve("network.json");
    Files.writeString(
        file, "{\"network\": \"mlp\", \"inputs\": 3, \"hidden\": [5], \"classes\": 2}");
    EvaluatorSpec.Network network = new EvaluatorSpec.Network("network", file, List.of());
    float step = 0x1p-7f;

    try (GradientEngine engine = GradientEngine.open(network, 1)) {
      assertThat(engine.parameters())
          .containsExactlyInAnyOrderElementsOf(SPECS.stream().map(TensorSpec::name).toList());
      for (TensorSpec spec : SPECS) {
        double measured = (loss(engine, spec, step) - loss(engine, spec, -step)) / (2 * step);
        assertThat(first(engine, spec)).as(spec.name()).isCloseTo(measured, offset(1e-3));
      }
    }
  }

  private double loss(GradientEngine engine, TensorSpec moved, float step) {
    try (Checkpoint weights = weights(moved, step);
        GradientEngine.Model model = engine.load(weights)) {
      return model.gradient(batch(), LABELS, 1).loss();
    }
  }

  /// The derivative by a tensor's first element.
  private double first(GradientEngine engine, TensorSpec spec) {
    try (Checkpoint weights = weights(spec, 0);
        GradientEngine.Model model = engine.load(weights)) {
      Gradient gradient = model.gradient(batch(), LABELS, 1);
      return gradient.parameters().get(spec.name()).getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, 0);
    }
  }

  private Checkpoint weights(TensorSpec moved, float step) {
    Path file = folder.resolve("weights.safetensors");
    SplittableRandom random = new SplittableRandom(1);
    try (CheckpointWriter writer = Checkpoints.create(file, SPECS, Map.of(), Durability.CACHED)) {
      for (TensorSpec spec : SPECS) {
        ByteBuffer bytes = ByteBuffer.allocate((int) spec.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
          boolean isMoved = spec.equals(moved) && bytes.position() == 0;
          bytes.putFloat((float) random.nextDouble(-1, 1) + (isMoved ? step : 0));
        }
        writer.write(spec.name(), 0, bytes.flip());
      }
      writer.commit();
    }
    return Checkpoints.open(file);
  }

  private static Batch batch() {
    SplittableRandom random = new SplittableRandom(2);
    ByteBuffer data = ByteBuffer.allocateDirect(4 * 3 * 4).order(ByteOrder.nativeOrder());
    while (data.hasRemaining()) {
      data.putFloat((float) random.nextDouble(-1, 1));
    }
    return new Batch(new Batch.Input(DType.F32, List.of(4L, 3L), data.flip()));
  }
}
