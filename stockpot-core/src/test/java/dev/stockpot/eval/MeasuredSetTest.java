package dev.stockpot.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.eval.ClassGroups.Labels;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MeasuredSetTest {
  private static final int N = 90;
  private static final Targets CLASSES = new Targets.Classes(new int[] {0, 2, 1});
  private static final Targets VALUES = new Targets.Values(new double[] {1, 2, 4});

  @TempDir private Path folder;

  /// Examples are rows of two random numbers.
  private record RandomSet(Targets targets) implements Dataset {
    @Override
    public String name() {
      return "test";
    }

    @Override
    public int size() {
      return targets.size();
    }

    @Override
    public long exampleBytes() {
      return 8;
    }

    @Override
    public Batch batch(int[] examples, Arena arena) {
      ByteBuffer data =
          arena.allocate(8L * examples.length).asByteBuffer().order(ByteOrder.nativeOrder());
      for (int example : examples) {
        Random random = new Random(example);
        data.putFloat((float) random.nextGaussian()).putFloat((float) random.nextGaussian());
      }
      return new Batch(
          new Batch.Input(DType.F32, List.of((long) examples.length, 2L), data.flip()));
    }

    @Override
    public void digest(int example, MessageDigest digest) {}

    @Override
    public void close() {}
  }

  @Test
  void predictionsStayRawAndMetricsSeeTheClassesListed() {
    ClassGroups groups = new ClassGroups(List.of(List.of(2), List.of(0, 1)), Labels.MODEL);
    MeasuredSet set = set(CLASSES, Optional.of(groups), new Matthews());
    Predictions raw = TestArrays.predictions(3, 9, 8, 7, /**/ 9, 8, 7, /**/ 1, 2, 3);
    Evaluation evaluation = set.evaluation(raw);
    assertThat(evaluation.predictions()).contains(raw);
    assertThat(evaluation.correct().orElseThrow()).hasToString("{0}");
    assertThat(evaluation.metrics().keySet()).containsExactly("accuracy", "nll", "matthews");
    assertThat(evaluation.metric("matthews")).isEqualTo(-0.5);
    // The predicted places in the list.
    assertThat(evaluation.numbers().orElseThrow().read()).containsExactly(1, 1, 0);
    assertThat(((Targets.Classes) set.targets()).labels()).containsExactly(1, 0, 1);
  }

  @Test
  void setsHaveTheMetricsThatFitAndThoseAskedFor() {
    assertThat(names(set(CLASSES, Optional.empty(), new Accuracy())))
        .containsExactly("accuracy", "nll");
    assertThat(names(set(CLASSES, Optional.empty(), new Brier())))
        .containsExactly("accuracy", "nll", "brier");
    assertThat(names(set(VALUES, Optional.empty(), new Spearman())))
        .containsExactly("mse", "pearson", "spearman");
    assertThat(names(set(new Targets.Tokens(3), Optional.empty(), new TokenLoss())))
        .containsExactly("loss", "perplexity");
  }

  @Test
  void wholeNumbersMayBeTheTargetsOfARegression() {
    MeasuredSet set = set(CLASSES, Optional.empty(), new MeanSquaredError());
    assertThat(((Targets.Values) set.targets()).values()).containsExactly(0, 2, 1);
    assertThat(set.evaluation(TestArrays.predictions(1, 0, 2, 4)).metric("mse")).isEqualTo(3);
  }

  @Test
  void numbersPerExampleAreThoseOfTheMetricThatIsChosenBy() {
    Predictions predictions = TestArrays.predictions(1, 1, 0, 5);
    assertThat(
            set(VALUES, Optional.empty(), new MeanSquaredError())
                .evaluation(predictions)
                .numbers()
                .orElseThrow()
                .read())
        .containsExactly(0, 4, 1);
    assertThat(
            set(CLASSES, Optional.empty(), new Accuracy())
                .evaluation(TestArrays.predictions(3, new float[9]))
                .numbers())
        .isEmpty();
  }

  @Test
  void saysWhatDoesNotFit() {
    assertMessage(
        VALUES,
        new Accuracy(),
        "its targets are numbers, but the task is classification; save the labels as integers, or"
            + " choose another task or metric");
    assertMessage(
        new Targets.Tokens(1),
        new Accuracy(),
        "its targets are missing, but the task is classification; name its labels, or choose"
            + " another task or metric");
    assertMessage(
        new Targets.Tokens(1),
        new Pearson(),
        "its targets are missing, but the task is regression; name its targets, or choose another"
            + " task or metric");
    assertMessage(
        CLASSES,
        new Perplexity(),
        "its targets are classes, but the task is next-token; leave them out, or choose another"
            + " task or metric");
    assertMessage(
        VALUES,
        new Perplexity(),
        "its targets are numbers, but the task is next-token; leave them out, or choose another"
            + " task or metric");
    assertMessage(
        CLASSES,
        new F1(),
        "metric 'f1' does not fit its targets, which are classes from 0 to 2; metrics that do are"
            + " accuracy, nll, top-5, macro-f1, matthews, brier, ece");
    ClassGroups groups = new ClassGroups(List.of(List.of(0)), Labels.MODEL);
    assertThatThrownBy(() -> set(VALUES, Optional.of(groups), new Pearson()))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(
            "set 'test': classes are listed for it, but its targets are none; leave them out");
    assertThatThrownBy(() -> set(VALUES, Optional.empty(), new Pearson()).check(3))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(
            "set 'test': the model gives 3 numbers per example, and a regression has 1; use the"
                + " model of this task, or another output of its graph (evaluator: output)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"accuracy", "top-2", "nll", "brier"})
  void anAttemptStopsOnlyWhereTheWholeSetWouldNotPass(String name) {
    Metric metric = Metrics.named(name);
    ClassGroups groups =
        new ClassGroups(List.of(List.of(3, 0), List.of(1), List.of(2)), Labels.LISTED);
    Targets labels = new Targets.Classes(IntStream.range(0, N).map(i -> i * 7 % 3).toArray());
    int[] order = new Random(3).ints(0, N).distinct().limit(N).toArray();
    TaskSpec task = TaskSpec.of(metric);
    MeasuredSet set = set(labels, Optional.of(groups), metric);
    int stopped = 0;
    try (NetworkEvaluator evaluator =
        new NetworkEvaluator(
            new LinearEngine(8), new LinkedHashMap<>(Map.of("test", set)), task, Progress.NONE)) {
      Random random = new Random(4);
      for (int candidate = 0; candidate < 10; candidate++) {
        float[] weight = new float[8];
        for (int i = 0; i < weight.length; i++) {
          weight[i] = (float) random.nextGaussian();
        }
        Path file = folder.resolve(candidate + ".safetensors");
        try (Checkpoint checkpoint = Checkpoints.open(LinearEngine.checkpoint(file, 4, weight))) {
          Evaluation whole = evaluator.evaluate(checkpoint, List.of("test")).get("test");
          double score = whole.metric(name);
          for (double shift : new double[] {-0.3, -0.01, 0, 0.01, 0.3}) {
            double bar = score + shift;
            Bar.Test passes = it -> metric.higherIsBetter() ? it >= bar : it <= bar;
            switch (evaluator.attempt(checkpoint, "test", bar(order, passes))) {
              case Attempt.Finished(Evaluation evaluation) ->
                  assertThat(evaluation.metrics()).isEqualTo(whole.metrics());
              case Attempt.Stopped(double bound, int examples) -> {
                stopped++;
                assertThat(passes.passes(score)).isFalse();
                assertThat(metric.higherIsBetter() ? bound >= score : bound <= score).isTrue();
                assertThat(examples).isLessThan(N);
              }
            }
          }
        }
      }
    }
    assertThat(stopped).isPositive();
  }

  @Test
  void aLanguageModelGivesNothingToAverage() {
    MeasuredSet set = set(new Targets.Tokens(5), Optional.empty(), new TokenLoss());
    try (NetworkEvaluator evaluator =
        new NetworkEvaluator(
            new LinearEngine(8),
            new LinkedHashMap<>(Map.of("test", set)),
            TaskSpec.of(new TokenLoss()),
            Progress.NONE)) {
      assertThat(evaluator.givesPredictions()).isFalse();
      assertThat(evaluator.higherIsBetter()).isFalse();
    }
  }

  private static void assertMessage(Targets targets, Metric metric, String message) {
    assertThatThrownBy(() -> set(targets, Optional.empty(), metric))
        .isInstanceOf(EvaluationException.class)
        .hasMessage("set 'test': " + message);
  }

  private static Bar bar(int[] order, Bar.Test passes) {
    return new Bar(order, Optional.empty(), Optional.of(passes));
  }

  private static List<String> names(MeasuredSet set) {
    return Metrics.names(set.metrics());
  }

  private static MeasuredSet set(Targets targets, Optional<ClassGroups> groups, Metric metric) {
    return MeasuredSet.of(new RandomSet(targets), groups, TaskSpec.of(metric), Head.ROWS);
  }
}
