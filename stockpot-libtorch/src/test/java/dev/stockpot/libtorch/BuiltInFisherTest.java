package dev.stockpot.libtorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.eval.Dataset;
import dev.stockpot.eval.Datasets;
import dev.stockpot.eval.DiagonalFisher;
import dev.stockpot.eval.EvaluatorSpec;
import dev.stockpot.eval.GradientEngine;
import dev.stockpot.eval.Targets;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The Fisher matrix of a network that Stockpot builds, against backpropagation in plain loops.
class BuiltInFisherTest {
  private static final int INPUTS = 64;
  private static final int HIDDEN = 5;
  private static final int CLASSES = 10;
  private static final int[] EXAMPLES = IntStream.range(0, 30).toArray();
  private static final List<TensorSpec> SPECS =
      List.of(
          new TensorSpec("layers.0.weight", DType.F32, List.of((long) HIDDEN, (long) INPUTS)),
          new TensorSpec("layers.0.bias", DType.F32, List.of((long) HIDDEN)),
          new TensorSpec("head.weight", DType.F32, List.of((long) CLASSES, (long) HIDDEN)),
          new TensorSpec("head.bias", DType.F32, List.of((long) CLASSES)));

  private final double[][] values = new double[SPECS.size()][];

  @TempDir private Path folder;

  @Test
  void itIsTheMeanOfSquaredGradients() throws IOException {
    Path file = folder.resolve("network.json");
    Files.writeString(
        file, "{\"network\": \"mlp\", \"inputs\": 64, \"hidden\": [5], \"classes\": 10}");
    EvaluatorSpec.Network network = new EvaluatorSpec.Network("network", file, List.of());
    try (Arena arena = Arena.ofShared();
        GradientEngine engine = GradientEngine.open(network, 1);
        Checkpoint weights = weights();
        Dataset data = Datasets.open(Digits.set("select"), Digits.INPUT)) {
      SequencedMap<String, MemorySegment> fisher =
          DiagonalFisher.of(engine, weights, data, EXAMPLES, true, 0, Progress.NONE, arena);

      double[][] expected = expected(data);
      for (int t = 0; t < SPECS.size(); t++) {
        String name = SPECS.get(t).name();
        assertThat(fisher.get(name).toArray(ValueLayout.JAVA_DOUBLE))
            .as(name)
            .containsExactly(expected[t], within(1e-6));
      }
    }
  }

  private double[][] expected(Dataset data) {
    int[] labels = ((Targets.Classes) data.targets()).labels();
    double[][] means =
        SPECS.stream().map(s -> new double[(int) s.elements()]).toArray(double[][]::new);
    try (Arena arena = Arena.ofConfined()) {
      FloatBuffer x =
          data.batch(EXAMPLES, arena)
              .input("")
              .data()
              .order(ByteOrder.nativeOrder())
              .asFloatBuffer();
      for (int i : EXAMPLES) {
        double[] input = new double[INPUTS];
        for (int j = 0; j < INPUTS; j++) {
          input[j] = x.get(INPUTS * i + j);
        }
        double[] hidden = products(values[0], input, values[1]);
        for (int h = 0; h < HIDDEN; h++) {
          hidden[h] = Math.max(0, hidden[h]);
        }
        double[] errors = products(values[2], hidden, values[3]);
        double sum = 0;
        for (double logit : errors) {
          sum += Math.exp(logit);
        }
        double[] back = new double[HIDDEN];
        for (int c = 0; c < CLASSES; c++) {
          errors[c] = Math.exp(errors[c]) / sum - (labels[i] == c ? 1 : 0);
          for (int h = 0; h < HIDDEN; h++) {
            back[h] += hidden[h] > 0 ? errors[c] * values[2][c * HIDDEN + h] : 0;
          }
        }
        addSquares(back, input, means[0], means[1]);
        addSquares(errors, hidden, means[2], means[3]);
      }
    }
    return means;
  }

  private static void addSquares(double[] errors, double[] input, double[] weight, double[] bias) {
    for (int o = 0; o < errors.length; o++) {
      bias[o] += errors[o] * errors[o] / EXAMPLES.length;
      for (int j = 0; j < input.length; j++) {
        double gradient = errors[o] * input[j];
        weight[o * input.length + j] += gradient * gradient / EXAMPLES.length;
      }
    }
  }

  private static double[] products(double[] weight, double[] x, double... bias) {
    double[] y = bias.clone();
    for (int i = 0; i < weight.length; i++) {
      y[i / x.length] += weight[i] * x[i % x.length];
    }
    return y;
  }

  private Checkpoint weights() {
    Path file = folder.resolve("weights.safetensors");
    SplittableRandom random = new SplittableRandom(1);
    try (CheckpointWriter writer = Checkpoints.create(file, SPECS, Map.of(), Durability.CACHED)) {
      for (int t = 0; t < values.length; t++) {
        TensorSpec spec = SPECS.get(t);
        ByteBuffer bytes = ByteBuffer.allocate((int) spec.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        values[t] = new double[(int) spec.elements()];
        for (int i = 0; i < values[t].length; i++) {
          values[t][i] = (float) random.nextDouble(-1, 1);
          bytes.putFloat((float) values[t][i]);
        }
        writer.write(spec.name(), 0, bytes.flip());
      }
      writer.commit();
    }
    return Checkpoints.open(file);
  }
}
