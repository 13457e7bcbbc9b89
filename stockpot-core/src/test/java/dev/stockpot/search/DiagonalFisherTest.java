package dev.stockpot.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.eval.DiagonalFisher;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.ModelStatistics;
import dev.stockpot.eval.Targets;
import dev.stockpot.recipe.Ingredient;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Logistic regression on two classes, whose Fisher matrix is known: with p the probability of a
/// class, its diagonal is the mean of p(1−p)x² for that class's weight, and p(1−p) for its bias.
class DiagonalFisherTest {
  private static final List<String> ALL = List.of("conv.w", "fc.w");
  private static final int[] EXAMPLES = IntStream.range(0, SoftmaxExamples.COUNT).toArray();

  @TempDir private Path folder;
  private TensorKitchen models;
  private Ingredient model;

  @BeforeEach
  void open() {
    models = new TensorKitchen(folder, 1, _ -> 0);
    model = models.kitchen().ingredients().getFirst();
  }

  @AfterEach
  void close() {
    models.close();
  }

  @Test
  void classesDrawnFromTheModelGiveTheFisherMatrixOfLogisticRegression() {
    double[] mean = new double[8];
    int seeds = 300;
    for (int seed = 0; seed < seeds; seed++) {
      double[] estimate = estimate(EXAMPLES, false, seed);
      for (int i = 0; i < mean.length; i++) {
        mean[i] += estimate[i] / seeds;
      }
    }
    double[] exact = exact((p, _) -> p * (1 - p), 2);
    // One draw is (1−p)²x² with probability p, else p²x².
    double[] variance = exact((p, _) -> p * (1 - p) * (1 - 2 * p) * (1 - 2 * p), 4);
    for (int i = 0; i < mean.length; i++) {
      double error = Math.sqrt(variance[i] / (seeds * SoftmaxExamples.COUNT));
      assertThat(error).isLessThan(0.05 * exact[i]);
      assertThat(mean[i]).isCloseTo(exact[i], within(3 * error));
    }
  }

  @Test
  void itsOwnClassesGiveTheEmpiricalOne() {
    double[] exact = exact((p, isLabel) -> isLabel ? (1 - p) * (1 - p) : p * p, 2);
    assertThat(estimate(EXAMPLES, true, 0)).containsExactly(exact, within(1e-6));
  }

  @Test
  void anExamplesClassIsTheSameWhicheverOthersAreSeen() {
    double[] first = estimate(new int[] {3}, false, 5);
    double[] second = estimate(new int[] {8}, false, 5);
    double[] both = estimate(new int[] {3, 8}, false, 5);
    for (int i = 0; i < both.length; i++) {
      assertThat(both[i]).isCloseTo((first[i] + second[i]) / 2, within(1e-12));
    }
  }

  @Test
  void theCheckpointHasARowForEveryTensorAndZeroForBuffers() {
    Path file = folder.resolve("fisher.safetensors");
    try (Arena arena = Arena.ofConfined()) {
      SequencedMap<String, MemorySegment> fisher =
          fisher(List.of("conv.w"), EXAMPLES, true, 0, arena);
      ModelStatistics.write(
          file, ModelStatistics.like(model.checkpoint()), fisher, Durability.CACHED);
      try (Checkpoint written = Checkpoints.open(file)) {
        assertThat(written.tensors()).isEqualTo(model.checkpoint().tensors());
        float[] weights = floats(written, "conv.w");
        for (int i = 0; i < weights.length; i++) {
          assertThat(weights[i])
              .isEqualTo((float) fisher.get("conv.w").getAtIndex(ValueLayout.JAVA_DOUBLE, i));
        }
        assertThat(floats(written, "fc.w")).containsOnly(0);
      }
    }
  }

  @Test
  void examplesAreAsManyAsAskedForAndOfTheSeed() {
    assertThat(ModelStatistics.examples(10, 20, 1)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    int[] some = ModelStatistics.examples(1000, 20, 1);
    assertThat(some).hasSize(20).doesNotHaveDuplicates().isSorted();
    assertThat(ModelStatistics.examples(1000, 20, 1)).isEqualTo(some);
    assertThat(ModelStatistics.examples(1000, 20, 2)).isNotEqualTo(some);
  }

  @Test
  void aSetWithoutClassesIsSaid() {
    SoftmaxExamples numbers = new SoftmaxExamples(new Targets.Values(new double[] {1}));
    assertThatThrownBy(() ->
            DiagonalFisher.of(
                new SoftmaxRegression(ALL),
                model.checkpoint(),
                numbers,
                EXAMPLES,
                false,
                0,
                Progress.NONE,
                Arena.ofAuto()))
        .isInstanceOf(EvaluationException.class)
        .hasMessage("select: has no classes; the Fisher matrix is that of log p(class | input)");
  }

  private interface Square {
    double of(double p, boolean isLabel);
  }

  /// The mean of a square times a power of the inputs, for 2×3 weights and 2 biases.
  private double[] exact(Square square, int power) {
    SoftmaxExamples data = new SoftmaxExamples();
    int[] labels = ((Targets.Classes) data.targets()).labels();
    double[] w = TensorKitchen.values(model);
    double[] exact = new double[8];
    try (Arena arena = Arena.ofConfined()) {
      FloatBuffer x =
          data.batch(EXAMPLES, arena)
              .input("")
              .data()
              .order(ByteOrder.nativeOrder())
              .asFloatBuffer();
      for (int i : EXAMPLES) {
        double difference = w[6] - w[7];
        for (int j = 0; j < 3; j++) {
          difference += (w[j] - w[3 + j]) * x.get(3 * i + j);
        }
        for (int c = 0; c < 2; c++) {
          double p = 1 / (1 + Math.exp(c == 0 ? -difference : difference));
          double each = square.of(p, labels[i] == c) / EXAMPLES.length;
          for (int j = 0; j < 3; j++) {
            exact[3 * c + j] += each * Math.pow(x.get(3 * i + j), power);
          }
          exact[6 + c] += each;
        }
      }
    }
    return exact;
  }

  private double[] estimate(int[] examples, boolean empirical, long seed) {
    try (Arena arena = Arena.ofConfined()) {
      SequencedMap<String, MemorySegment> fisher = fisher(ALL, examples, empirical, seed, arena);
      double[] all = new double[8];
      for (int i = 0; i < 8; i++) {
        all[i] =
            i < 6
                ? fisher.get("conv.w").getAtIndex(ValueLayout.JAVA_DOUBLE, i)
                : fisher.get("fc.w").getAtIndex(ValueLayout.JAVA_DOUBLE, i - 6);
      }
      return all;
    }
  }

  private SequencedMap<String, MemorySegment> fisher(
      List<String> parameters, int[] examples, boolean empirical, long seed, Arena arena) {
    return DiagonalFisher.of(
        new SoftmaxRegression(parameters),
        model.checkpoint(),
        new SoftmaxExamples(),
        examples,
        empirical,
        seed,
        Progress.NONE,
        arena);
  }

  private static float[] floats(Checkpoint checkpoint, String name) {
    return checkpoint.tensor(name).data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
  }
}
