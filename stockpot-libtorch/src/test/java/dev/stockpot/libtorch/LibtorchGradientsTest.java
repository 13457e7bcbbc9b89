package dev.stockpot.libtorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.ElementReader;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.eval.Batch;
import dev.stockpot.eval.Dataset;
import dev.stockpot.eval.Datasets;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.GradientEngine;
import dev.stockpot.eval.Targets;
import dev.stockpot.merge.MergeExecutor;
import dev.stockpot.merge.MergePlan;
import dev.stockpot.method.Linear;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/// Gradients of the bundled network, by its TorchScript file.
@Isolated
class LibtorchGradientsTest {
  private final List<Checkpoint> models =
      List.of(Digits.open("ft-00"), Digits.open("ft-03"), Digits.open("ft-08"));

  @TempDir private Path folder;

  @AfterEach
  void close() {
    models.forEach(Checkpoint::close);
  }

  @Test
  void productsWithTheModelsAreCentralDifferencesInTheirWeights() {
    try (GradientEngine engine = GradientEngine.open(Digits.NETWORK, 1)) {
      double[] alpha = {0.5, 0.3, 0.2};
      double[] products = new double[3];
      double[] byBeta = new double[1];
      loss(
          engine,
          alpha,
          (model, batch, labels) -> {
            GradientEngine.Gradient gradient = model.gradient(batch, labels, 1.3);
            assertThat(gradient.parameters().keySet())
                .containsExactlyElementsOf(engine.parameters());
            for (int k = 0; k < 3; k++) {
              products[k] = product(models.get(k), gradient);
            }
            byBeta[0] = gradient.beta();
            assertThat(gradient.loss())
                .isCloseTo(GradientEngine.loss(model.logits(batch), labels, 1.3), within(1e-6));
            return 0;
          });
      double largest = Math.max(Math.abs(products[0]), Math.abs(products[2]));
      for (int k = 0; k < 3; k++) {
        int which = k;
        double difference =
            difference(step -> {
              double[] moved = alpha.clone();
              moved[which] += step;
              return loss(engine, moved, 1.3);
            });
        assertThat(products[k]).isCloseTo(difference, within(1e-3 * largest));
      }
      double difference = difference(step -> loss(engine, alpha, 1.3 + step));
      assertThat(byBeta[0]).isCloseTo(difference, within(1e-3 * Math.abs(difference)));
    }
  }

  @Test
  void manyGradientsLeaveNoMemoryBehind() {
    try (Arena arena = Arena.ofConfined();
        GradientEngine engine = GradientEngine.open(Digits.NETWORK, 1)) {
      Batch batch = Digits.batch("select", 32, arena);
      gradients(engine, batch, 20);
      long handles = Pointer.totalCount();
      long bytes = Pointer.physicalBytes();
      gradients(engine, batch, 100);
      assertThat(Pointer.totalCount()).isEqualTo(handles);
      // A hundred gradients are 6 MB, what is made on the way 100 MB.
      assertThat(Pointer.physicalBytes() - bytes).isLessThan(3 << 20);
    }
  }

  @Test
  void anyNumberOfThreadsGivesTheSameBits() {
    try (Arena arena = Arena.ofConfined();
        GradientEngine one = GradientEngine.open(Digits.NETWORK, 1);
        GradientEngine three = GradientEngine.open(Digits.NETWORK, 3);
        GradientEngine.Model alone = one.load(models.getFirst());
        GradientEngine.Model shared = three.load(models.getFirst())) {
      Batch batch = Digits.batch("select", 200, arena);
      int[] labels = IntStream.range(0, 200).map(i -> i % 10).toArray();
      GradientEngine.Gradient expected = alone.gradient(batch, labels, 1.3);
      GradientEngine.Gradient actual = shared.gradient(batch, labels, 1.3);
      assertThat(shared.logits(batch).values().mismatch(alone.logits(batch).values()))
          .isEqualTo(-1);
      assertThat(actual.loss()).isEqualTo(expected.loss());
      assertThat(actual.beta()).isEqualTo(expected.beta());
      expected
          .parameters()
          .forEach((name, values) ->
              assertThat(actual.parameters().get(name).mismatch(values)).as(name).isEqualTo(-1));
    }
  }

  @Test
  void aClassThatTheNetworkDoesNotKnowIsSaid() {
    try (Arena arena = Arena.ofConfined();
        GradientEngine engine = GradientEngine.open(Digits.NETWORK, 1);
        GradientEngine.Model model = engine.load(models.getFirst())) {
      Batch batch = Digits.batch("select", 2, arena);
      assertThatThrownBy(() -> model.gradient(batch, new int[] {3, 10}, 1))
          .isInstanceOf(EvaluationException.class)
          .hasMessage(Digits.NETWORK.graph() + ": gives 10 logits, but an example is of class 10");
    }
  }

  private interface Use {
    double of(GradientEngine.Model model, Batch batch, int[] labels);
  }

  private interface Line {
    double at(double step);
  }

  private void gradients(GradientEngine engine, Batch batch, int times) {
    int[] labels = new int[32];
    for (int i = 0; i < times; i++) {
      try (GradientEngine.Model model = engine.load(models.get(i % 3))) {
        assertThat(model.gradient(batch, labels, 1).loss()).isPositive();
      }
    }
  }

  /// The central difference at 0; the step is small because max pooling has kinks.
  private static double difference(Line line) {
    double step = 0.005;
    return (line.at(step) - line.at(-step)) / (2 * step);
  }

  private double loss(GradientEngine engine, double[] alpha, double beta) {
    return loss(
        engine,
        alpha,
        (model, batch, labels) -> GradientEngine.loss(model.logits(batch), labels, beta));
  }

  private double loss(GradientEngine engine, double[] alpha, Use use) {
    Path file = folder.resolve("soup.safetensors");
    List<Double> weights = List.of(alpha[0], alpha[1], alpha[2]);
    MergePlan plan = MergePlan.of(models, new Linear(weights, 1), Optional.empty());
    new MergeExecutor(1, Progress.NONE).execute(plan, file, false, Durability.CACHED);
    int[] examples = IntStream.range(0, 256).toArray();
    try (Dataset select = Datasets.open(Digits.set("select"), Digits.INPUT);
        Arena arena = Arena.ofConfined();
        Checkpoint soup = Checkpoints.open(file);
        GradientEngine.Model model = engine.load(soup)) {
      int[] labels = ((Targets.Classes) select.targets()).of(examples).labels();
      return use.of(model, select.batch(examples, arena), labels);
    }
  }

  private static double product(Checkpoint weights, GradientEngine.Gradient gradient) {
    ElementReader reader = new ElementReader();
    double[] sum = new double[1];
    gradient
        .parameters()
        .forEach((name, values) -> {
          TensorSpec spec = weights.tensors().get(name);
          double[] elements = new double[Math.toIntExact(spec.elements())];
          reader.read(weights, spec, 0, elements.length, elements, 0);
          for (int i = 0; i < elements.length; i++) {
            sum[0] += elements[i] * values.getAtIndex(ValueLayout.JAVA_FLOAT, i);
          }
        });
    return sum[0];
  }
}
