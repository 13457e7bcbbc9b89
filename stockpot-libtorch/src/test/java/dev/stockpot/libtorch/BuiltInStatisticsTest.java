package dev.stockpot.libtorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.eval.Batch;
import dev.stockpot.eval.EvaluatorSpec;
import dev.stockpot.eval.GradientEngine;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuiltInStatisticsTest {
  private static final List<TensorSpec> SPECS =
      List.of(
          new TensorSpec("blocks.0.conv.weight", DType.F32, List.of(1L, 1L, 3L, 3L)),
          new TensorSpec("blocks.0.norm.weight", DType.F32, List.of(1L)),
          new TensorSpec("blocks.0.norm.bias", DType.F32, List.of(1L)),
          new TensorSpec("blocks.0.norm.running_mean", DType.F32, List.of(1L)),
          new TensorSpec("blocks.0.norm.running_var", DType.F32, List.of(1L)),
          new TensorSpec("head.weight", DType.F32, List.of(2L, 1L)),
          new TensorSpec("head.bias", DType.F32, List.of(2L)));

  @TempDir private Path folder;

  /// A convolution that only multiplies by 2 shows its BatchNorm layer twice the input.
  @Test
  void statisticsOfANetworkThatStockpotBuildsAreMeanAndUnbiasedVariance() throws Exception {
    Path file = folder.resolve("network.json");
    Files.writeString(
        file,
        "{\"network\": \"cnn\", \"inputs\": 1, \"channels\": [1], \"batch-norm\": true,"
            + " \"classes\": 2}");
    double[] inputs = new SplittableRandom(3).doubles(4 * 5 * 5, -1, 3).toArray();
    ByteBuffer data = ByteBuffer.allocateDirect(4 * inputs.length).order(ByteOrder.nativeOrder());
    Arrays.stream(inputs).forEach(value -> data.putFloat((float) value));
    Batch batch = new Batch(new Batch.Input(DType.F32, List.of(4L, 1L, 5L, 5L), data.flip()));
    double mean = Arrays.stream(inputs).average().orElseThrow();
    double squares = Arrays.stream(inputs).map(x -> (x - mean) * (x - mean)).sum();

    EvaluatorSpec.Network network = new EvaluatorSpec.Network("network", file, List.of());
    try (GradientEngine engine = GradientEngine.open(network, 1);
        Checkpoint weights = weights();
        GradientEngine.Statistics statistics = engine.statistics(weights)) {
      SequencedMap<String, double[]> found = statistics.of(batch);

      assertThat(found.get("blocks.0.norm.running_mean")[0]).isCloseTo(2 * mean, within(1e-4));
      assertThat(found.get("blocks.0.norm.running_var")[0])
          .isCloseTo(4 * squares / (inputs.length - 1), within(1e-3));
    }
  }

  /// All ones, but for the convolution.
  private Checkpoint weights() {
    Path file = folder.resolve("weights.safetensors");
    try (CheckpointWriter writer = Checkpoints.create(file, SPECS, Map.of(), Durability.CACHED)) {
      for (TensorSpec spec : SPECS) {
        ByteBuffer bytes = ByteBuffer.allocate((int) spec.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < spec.elements(); i++) {
          bytes.putFloat(spec.elements() != 9 ? 1 : i == 4 ? 2 : 0);
        }
        writer.write(spec.name(), 0, bytes.flip());
      }
      writer.commit();
    }
    return Checkpoints.open(file);
  }
}
