package dev.stockpot.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.eval.InputSpec.Layout;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkEvaluatorTest {
  private static final InputSpec INPUT = new InputSpec(Layout.NHWC, 1, List.of(0.0), List.of(1.0));
  private static final int NO_LIMIT = Integer.MAX_VALUE;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 64, 255, 256, 257, 600, NO_LIMIT})
  void sameResultForAnyBatchSize(int limit) {
    int examples = 600;
    float[] x = random(1, examples * 5);
    float[] weight = random(2, 3 * 5);
    LinearEngine engine = new LinearEngine(limit);
    Evaluation evaluation;
    try (NetworkEvaluator evaluator =
            evaluator(engine, Progress.NONE, set("test", x, 3, examples));
        Checkpoint candidate = candidate(3, weight)) {
      evaluation = evaluator.evaluate(candidate, List.of("test")).get("test");
      assertThat(evaluator.examples()).isEqualTo(examples);
      assertThat(evaluator.modelNanos()).isPositive();
    }
    int size = Math.min(limit, 256);
    assertThat(engine.batches().getFirst()).isEqualTo(size);
    assertThat(engine.batches().subList(1, engine.batches().size()))
        .hasSize(Math.ceilDiv(examples, size))
        .allMatch(batch -> batch <= size)
        .endsWith(examples % size == 0 ? size : examples % size);
    assertThat(evaluation.n()).isEqualTo(examples);
    Predictions predictions = evaluation.predictions().orElseThrow();
    for (int example : new int[] {0, 1, 254, 255, 256, 257, 511, 512, 599}) {
      for (int label = 0; label < 3; label++) {
        float expected = 0;
        for (int input = 0; input < 5; input++) {
          expected += x[example * 5 + input] * weight[label * 5 + input];
        }
        assertThat(predictions.at(example, label)).isEqualTo(expected);
      }
    }
  }

  @Test
  void countsTheCorrectOnes() {
    // Two inputs are the two logits; labels alternate.
    float[] x = {1, 0, /**/ 0, 1, /**/ 1, 0, /**/ 1, 0, /**/ 3, 3};
    try (NetworkEvaluator evaluator =
            evaluator(new LinearEngine(2), Progress.NONE, set("test", x, 2, 5));
        Checkpoint candidate = candidate(2, 1, 0, 0, 1)) {
      Evaluation evaluation = evaluator.evaluate(candidate, List.of("test")).get("test");
      assertThat(evaluation.correct().orElseThrow()).hasToString("{0, 1, 2, 4}");
      assertThat(evaluation.metric("accuracy")).isEqualTo(0.8);
      assertThat(evaluator.measure("test", evaluation.predictions().orElseThrow()))
          .isEqualTo(evaluation);
      assertThat(evaluator.check(candidate)).containsExactly("checked candidate.safetensors");
      assertThat(evaluator.givesPredictions()).isTrue();
      assertThat(evaluator.higherIsBetter()).isTrue();
    }
  }

  @Test
  void loadsOncePerCandidateAndWarmsUpOnce() {
    LinearEngine engine = new LinearEngine(NO_LIMIT);
    List<String> heard = new ArrayList<>();
    Dataset test = set("test", random(1, 8), 2, 4);
    Dataset shift = set("shift", random(2, 6), 2, 3);
    try (NetworkEvaluator evaluator = evaluator(engine, recorder(heard), test, shift);
        Checkpoint candidate = candidate(2, random(3, 4))) {
      assertThat(evaluator.evaluate(candidate, List.of("shift", "test")).keySet())
          .containsExactly("shift", "test");
      evaluator.evaluate(candidate, List.of("test"));
      assertThat(evaluator.examples()).isEqualTo(11);
    }
    assertThat(engine.batches()).containsExactly(3, 3, 4, 4);
    assertThat(engine.events())
        .containsExactly("load", "close model", "load", "close model", "close engine");
    assertThat(heard)
        .containsExactly(
            "evaluating candidate.safetensors: 7 EXAMPLES",
            "3",
            "4",
            "end",
            "evaluating candidate.safetensors: 4 EXAMPLES",
            "4",
            "end");
  }

  @Test
  void largeExamplesMakeSmallBatches() {
    int inputs = (NetworkEvaluator.BATCH_BYTES / 4) / 3;
    LinearEngine engine = new LinearEngine(NO_LIMIT);
    try (NetworkEvaluator evaluator =
            evaluator(engine, Progress.NONE, set("test", new float[inputs * 4], 1, 4));
        Checkpoint candidate = candidate(1, new float[inputs])) {
      evaluator.evaluate(candidate, List.of("test"));
    }
    assertThat(engine.batches()).containsExactly(3, 3, 1);
  }

  @Test
  void namesTheLabelThatIsNoClassBeforeTheRestIsRun() {
    LinearEngine engine = new LinearEngine(2);
    try (NetworkEvaluator evaluator =
            evaluator(engine, Progress.NONE, set("test", random(1, 10), 3, 10));
        Checkpoint candidate = candidate(2, 1, 1)) {
      assertThatThrownBy(() -> evaluator.evaluate(candidate, List.of("test")))
          .isInstanceOf(EvaluationException.class)
          .hasMessage(
              "set 'test': example 2 has the label 2, but the model has 2 classes (0 to 1);"
                  + " correct the labels, or use the model they belong to");
    }
    assertThat(engine.batches()).containsExactly(2, 2);
    assertThat(engine.events()).containsExactly("load", "close model", "close engine");
  }

  @Test
  void saysWhenTheModelGivesOtherRowsThanExamples() {
    Output twoRows = new Output(List.of(2L, 2L), MemorySegment.ofArray(new float[4]));
    Engine engine = new Fixed(twoRows);
    try (NetworkEvaluator evaluator =
            evaluator(engine, Progress.NONE, set("test", random(1, 3), 2, 3));
        Checkpoint candidate = candidate(2, 1, 1)) {
      assertThatThrownBy(() -> evaluator.evaluate(candidate, List.of("test")))
          .isInstanceOf(EvaluationException.class)
          .hasMessage(
              "set 'test': the model gave [2, 2] for 3 examples; its output must be one row per"
                  + " example");
    }
  }

  @Test
  @SuppressWarnings("restricted") // Nothing reads these predictions.
  void saysWhenTheLogitsOfASetAreTooMany() {
    int classes = 1 << 30;
    Output output =
        new Output(List.of(3L, (long) classes), MemorySegment.NULL.reinterpret(12L * classes));
    try (NetworkEvaluator evaluator =
            evaluator(new Fixed(output), Progress.NONE, set("test", random(1, 3), 2, 3));
        Checkpoint candidate = candidate(2, 1, 1)) {
      assertThatThrownBy(() -> evaluator.evaluate(candidate, List.of("test")))
          .isInstanceOf(EvaluationException.class)
          .hasMessage(
              "set 'test': 3×1073741824 predictions are more than fit into memory (2147483647);"
                  + " split the set");
    }
  }

  @Test
  void refusesSetsThatTheSpecDoesNotHave() {
    try (NetworkEvaluator evaluator =
            evaluator(new LinearEngine(2), Progress.NONE, set("test", random(1, 2), 2, 2));
        Checkpoint candidate = candidate(2, 1, 1)) {
      assertThatThrownBy(() -> evaluator.evaluate(candidate, List.of("tset")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("no set 'tset' among [test]");
    }
  }

  @Test
  void findsTheEngineByItsKey() {
    EvaluatorSpec.Network network =
        new EvaluatorSpec.Network("torchscript", Path.of("model.ts.pt"), List.of());
    Engine.Provider onnx = new Named("onnx");
    Engine.Provider torchscript = new Named("torchscript");
    assertThat(NetworkEvaluator.provider(network, List.of(onnx, torchscript)))
        .isSameAs(torchscript);
    assertThatThrownBy(() -> NetworkEvaluator.provider(network, List.of(onnx, new Named("jax"))))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(
            "evaluator 'torchscript' (graph model.ts.pt): no such engine is installed; use one of"
                + " these, or a command: onnx, jax");
    EvalSpec spec = spec("accuracy", network, Path.of("x.npy"));
    assertThatThrownBy(() -> Evaluators.open(spec, 1, Progress.NONE))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(
            "evaluator 'torchscript' (graph model.ts.pt): no such engine is installed; there is"
                + " none at all: use a command, or install one");
  }

  @Test
  void namesTheMetricsThereAre() {
    EvaluatorSpec.Network network =
        new EvaluatorSpec.Network("onnx", Path.of("model.onnx"), List.of());
    assertThatThrownBy(() -> spec("acuracy", network, Path.of("x.npy")))
        .isInstanceOf(EvaluationException.class)
        .hasMessageStartingWith("unknown metric 'acuracy'; known are accuracy, nll, top-5, ");
  }

  private EvalSpec spec(String metric, EvaluatorSpec evaluator, Path x) {
    SetSpec select =
        new SetSpec("select", Role.SELECT, new SetSpec.Source.Arrays(x, folder.resolve("y.npy")));
    return new EvalSpec(evaluator, INPUT, select, List.of(), metric);
  }

  private Checkpoint candidate(int classes, float... weight) {
    return Checkpoints.open(
        LinearEngine.checkpoint(folder.resolve("candidate.safetensors"), classes, weight));
  }

  /// Labels go round `0 … classes − 1`.
  private Dataset set(String name, float[] x, int classes, int examples) {
    List<Long> shape = List.of((long) examples, (long) x.length / examples);
    Path xPath = TestArrays.floats(folder.resolve(name + "-x.npy"), shape, x);
    long[] labels = new long[examples];
    for (int i = 0; i < examples; i++) {
      labels[i] = i % classes;
    }
    Path yPath = TestArrays.labels(folder.resolve(name + "-y.npy"), labels);
    return Datasets.open(
        new SetSpec(name, Role.ID, new SetSpec.Source.Arrays(xPath, yPath)), INPUT);
  }

  private static NetworkEvaluator evaluator(Engine engine, Progress progress, Dataset... sets) {
    TaskSpec task = TaskSpec.of(new Accuracy());
    SequencedMap<String, MeasuredSet> named = new LinkedHashMap<>();
    for (Dataset set : sets) {
      named.put(set.name(), MeasuredSet.of(set, Optional.empty(), task, Head.ROWS));
    }
    return new NetworkEvaluator(engine, named, task, progress);
  }

  private static float[] random(long seed, int size) {
    Random random = new Random(seed);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static Progress recorder(List<String> heard) {
    return (what, total) -> {
      heard.add(what + ": " + total.amount() + " " + total.unit());
      return new Progress.Task() {
        @Override
        public void advance(long amount) {
          heard.add(String.valueOf(amount));
        }

        @Override
        public void close() {
          heard.add("end");
        }
      };
    };
  }

  /// Gives the same logits for any batch.
  private record Fixed(Output output) implements Engine, Engine.Model {
    @Override
    public List<String> check(Checkpoint weights) {
      return List.of();
    }

    @Override
    public Model load(Checkpoint weights) {
      return this;
    }

    @Override
    public int batchLimit() {
      return NO_LIMIT;
    }

    @Override
    public Output run(Batch batch) {
      return output;
    }

    @Override
    public void close() {}
  }

  private record Named(String key) implements Engine.Provider {
    @Override
    public Engine open(EvaluatorSpec.Network network, int threads) {
      return new LinearEngine(NO_LIMIT);
    }
  }
}
