package dev.stockpot.libtorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.eval.Dataset;
import dev.stockpot.eval.Datasets;
import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.Evaluator;
import dev.stockpot.eval.EvaluatorSpec;
import dev.stockpot.eval.Evaluators;
import dev.stockpot.eval.GradientEngine;
import dev.stockpot.eval.Recalibration;
import dev.stockpot.merge.MergeExecutor;
import dev.stockpot.merge.MergePlan;
import dev.stockpot.method.Linear;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two fine-tunes of a network with BatchNorm, one of which saw brighter images: what PyTorch
/// measures of them, of their average (74 of 697) and of that with new statistics (570) is printed
/// by `make.py` beside the files.
class LibtorchRecalibrationTest {
  private static final Path FAMILY = Path.of("src/test/resources/dev/stockpot/libtorch/batchnorm");
  private static final EvaluatorSpec.Network NETWORK =
      new EvaluatorSpec.Network("torchscript", FAMILY.resolve("model.ts.pt"), List.of());

  @TempDir private Path folder;

  @Test
  void anAverageRuinedByItsStatisticsRecovers() throws Exception {
    try (Checkpoint soup = soup();
        Arena arena = Arena.ofShared();
        GradientEngine engine = GradientEngine.open(NETWORK, 1);
        Dataset train = Datasets.open(Digits.set("train"), Digits.INPUT)) {
      assertThat(correct(soup)).isEqualTo(74);

      Checkpoint whole = Recalibration.of(engine, soup, train, 500, 0, Progress.NONE, arena);

      assertThat(correct(whole)).isEqualTo(570);
      assertThat(floats(whole, "norm2.running_mean"))
          .containsExactly(golden("mean"), within(1e-4f));
      assertThat(floats(whole, "norm2.running_var")).containsExactly(golden("var"), within(1e-4f));
      assertThat(
              whole
                  .tensor("norm1.num_batches_tracked")
                  .data()
                  .get(ValueLayout.JAVA_LONG_UNALIGNED, 0))
          .isEqualTo(1);
      for (String name : soup.tensors().keySet()) {
        if (!name.contains("running") && !name.contains("tracked")) {
          assertThat(whole.tensor(name).data().toArray(ValueLayout.JAVA_BYTE))
              .isEqualTo(soup.tensor(name).data().toArray(ValueLayout.JAVA_BYTE));
        }
      }

      Checkpoint batches = Recalibration.of(engine, soup, train, 100, 0, Progress.NONE, arena);

      assertThat(correct(batches)).isBetween(560, 580);
      assertThat(
              batches
                  .tensor("norm1.num_batches_tracked")
                  .data()
                  .get(ValueLayout.JAVA_LONG_UNALIGNED, 0))
          .isEqualTo(5);
    }
  }

  @Test
  void aNetworkWithoutStatisticsIsSaid() {
    try (GradientEngine engine = GradientEngine.open(Digits.NETWORK, 1);
        Checkpoint weights = Digits.open("ft-03")) {
      assertThatThrownBy(() -> engine.statistics(weights))
          .isInstanceOf(EvaluationException.class)
          .hasMessage(
              Digits.NETWORK.graph()
                  + ": has no BatchNorm statistics (running_mean, running_var) to re-estimate");
    }
  }

  private Checkpoint soup() {
    Path file = folder.resolve("soup.safetensors");
    try (Checkpoint a = Checkpoints.open(FAMILY.resolve("ft-0.safetensors"));
        Checkpoint b = Checkpoints.open(FAMILY.resolve("ft-1.safetensors"))) {
      MergePlan plan = MergePlan.of(List.of(a, b), Linear.mean(2), Optional.empty());
      new MergeExecutor(1, Progress.NONE).execute(plan, file, false, Durability.CACHED);
    }
    return Checkpoints.open(file);
  }

  private static int correct(Checkpoint weights) {
    EvalSpec spec =
        new EvalSpec(
            NETWORK, Digits.INPUT, Digits.set("select"), List.of(Digits.set("test")), "accuracy");
    try (Evaluator evaluator = Evaluators.open(spec, 1, Progress.NONE)) {
      return evaluator.evaluate(weights, List.of("test")).get("test").correctCount().orElseThrow();
    }
  }

  private static float[] golden(String which) throws Exception {
    List<String> lines = Files.readAllLines(FAMILY.resolve("recalibrated-norm2-" + which + ".txt"));
    float[] values = new float[lines.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.parseFloat(lines.get(i));
    }
    return values;
  }

  private static float[] floats(Checkpoint weights, String name) {
    return weights.tensor(name).data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
  }
}
