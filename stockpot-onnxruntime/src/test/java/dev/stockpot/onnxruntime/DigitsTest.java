package dev.stockpot.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.Onnx;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.eval.Batch;
import dev.stockpot.eval.Engine;
import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.Evaluator;
import dev.stockpot.eval.EvaluatorSpec;
import dev.stockpot.eval.Evaluators;
import dev.stockpot.eval.Head;
import dev.stockpot.eval.InputSpec;
import dev.stockpot.eval.Predictions;
import dev.stockpot.eval.Role;
import dev.stockpot.eval.SetSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A real graph with real weights; alone, because one test looks at the process's memory.
@Isolated
class DigitsTest {
  private static final int EXAMPLES = 600;

  /// The guard: weights that ONNX Runtime is handed do what weights in the file do.
  @ParameterizedTest
  @ValueSource(strings = {"ft-03", "ft-08"})
  void swappedWeightsGiveTheLogitsOfAModelThatHasThemBakedIn(String name, @TempDir Path folder)
      throws Exception {
    try (Engine engine = engine(1);
        Checkpoint weights = Checkpoints.open(digits(name + ".safetensors"));
        Engine.Model model = engine.load(weights)) {
      assertThat(bits(predict(model, EXAMPLES)))
          .isEqualTo(bits(baked(weights, folder.resolve("baked.onnx"))));
    }
  }

  @ParameterizedTest
  @CsvSource({"ft-03, 531", "ft-08, 536"})
  void classifiesAsPyTorchDoes(String name, int correct) {
    try (Engine engine = engine(2);
        Checkpoint weights = Checkpoints.open(digits(name + ".safetensors"));
        Engine.Model model = engine.load(weights)) {
      assertThat(engine.check(weights)).isEmpty();
      assertThat(correct(predict(model, EXAMPLES))).isEqualTo(correct);
    }
  }

  @Test
  void evaluatorsFindTheEngineByItsKey() {
    EvalSpec spec =
        new EvalSpec(
            new EvaluatorSpec.Network("onnx", digits("model.onnx"), List.of()),
            new InputSpec(InputSpec.Layout.NCHW, 16, List.of(0.0), List.of(1.0)),
            new SetSpec(
                "select",
                Role.SELECT,
                new SetSpec.Source.Arrays(digits("select-x.npy"), digits("select-y.npy"))),
            List.of(),
            "accuracy");
    try (Evaluator evaluator = Evaluators.open(spec, 1, Progress.NONE);
        Checkpoint weights = Checkpoints.open(digits("ft-08.safetensors"))) {
      assertThat(evaluator.evaluate(weights, List.of("select")).get("select").correctCount())
          .contains(536);
    }
  }

  @Test
  void modelsOfDifferentWeightsDoNotDisturbEachOther() {
    try (Engine engine = engine(1);
        Checkpoint a = Checkpoints.open(digits("ft-03.safetensors"));
        Checkpoint b = Checkpoints.open(digits("ft-08.safetensors"));
        Engine.Model modelA = engine.load(a);
        Engine.Model modelB = engine.load(b)) {
      assertThat(correct(predict(modelA, EXAMPLES))).isEqualTo(531);
      assertThat(correct(predict(modelB, EXAMPLES))).isEqualTo(536);
    }
  }

  @Test
  void bfloat16WeightsGiveWhatTheSameValuesInFloat32Give(@TempDir Path folder) throws Exception {
    Weights narrow = new Weights();
    Weights wide = new Weights();
    try (Checkpoint weights = Checkpoints.open(digits("ft-08.safetensors"))) {
      for (TensorSpec spec : weights.tensors().values()) {
        byte[] whole = weights.tensor(spec.name()).data().toArray(ValueLayout.JAVA_BYTE);
        byte[] upper = new byte[whole.length / 2];
        for (int i = 0; i < whole.length; i += 4) {
          whole[i] = 0;
          whole[i + 1] = 0;
          upper[i / 2] = whole[i + 2];
          upper[i / 2 + 1] = whole[i + 3];
        }
        narrow.with(spec.name(), DType.BF16, spec.shape(), upper);
        wide.with(spec.name(), DType.F32, spec.shape(), whole);
      }
    }
    Files.createDirectory(folder.resolve("wide"));
    try (Engine engine = engine(1);
        Checkpoint a = narrow.open(folder);
        Checkpoint b = wide.open(folder.resolve("wide"));
        Engine.Model modelA = engine.load(a);
        Engine.Model modelB = engine.load(b)) {
      assertThat(bits(predict(modelA, EXAMPLES))).isEqualTo(bits(predict(modelB, EXAMPLES)));
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void sessionsLeaveNoMemoryBehind() throws Exception {
    try (Engine engine = engine(1)) {
      openAndClose(engine, 50);
      long before = residentKibibytes();
      openAndClose(engine, 200);
      // A session of this graph takes about half a mebibyte.
      assertThat(residentKibibytes() - before).isLessThan(48 * 1024);
    }
  }

  private static void openAndClose(Engine engine, int times) {
    Batch batch = examples(1);
    for (int i = 0; i < times; i++) {
      try (Checkpoint weights = Checkpoints.open(digits("ft-08.safetensors"));
          Engine.Model model = engine.load(weights)) {
        assertThat(Head.ROWS.of(model.run(batch), batch).width()).isEqualTo(10);
      }
    }
  }

  private static Predictions predict(Engine.Model model, int count) {
    Batch batch = examples(count);
    return Head.ROWS.of(model.run(batch), batch);
  }

  private static long residentKibibytes() throws Exception {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .sum();
  }

  /// Predictions of a session whose model file holds the candidate's weights.
  private static Predictions baked(Checkpoint weights, Path file) throws Exception {
    try (Checkpoint graph = Checkpoints.open(digits("model.onnx"));
        CheckpointWriter writer =
            new Onnx()
                .like(graph)
                .create(file, weights.tensors().values(), Map.of(), Durability.CACHED)) {
      assertThat(graph.tensors()).isEqualTo(weights.tensors());
      for (String name : weights.tensors().keySet()) {
        writer.write(name, 0, weights.tensor(name).data().asByteBuffer());
      }
      writer.commit();
    }
    byte[] model = Files.readAllBytes(file);
    OrtEnvironment environment = OnnxRuntimeLoader.environment();
    Batch batch = examples(EXAMPLES);
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      options.setIntraOpNumThreads(1);
      try (OrtSession session = environment.createSession(model, options);
          OnnxTensor input =
              OnnxTensor.createTensor(
                  environment,
                  batch.input("").data().order(ByteOrder.nativeOrder()).asFloatBuffer(),
                  new long[] {EXAMPLES, 1, 8, 8});
          OrtSession.Result result = session.run(Map.of("input", input))) {
        FloatBuffer predictions = ((OnnxTensor) result.get(0)).getFloatBuffer();
        return new Predictions(EXAMPLES, 10, MemorySegment.ofBuffer(predictions));
      }
    }
  }

  private static int correct(Predictions predictions) {
    byte[] labels = bytes("select-y.npy");
    int correct = 0;
    for (int i = 0; i < predictions.examples(); i++) {
      int best = 0;
      for (int label = 1; label < predictions.width(); label++) {
        best = predictions.at(i, label) > predictions.at(i, best) ? label : best;
      }
      correct += best == labels[8 * i] ? 1 : 0;
    }
    return correct;
  }

  private static Batch examples(int count) {
    byte[] pixels = bytes("select-x.npy");
    ByteBuffer data = ByteBuffer.allocateDirect(4 * 64 * count).order(ByteOrder.nativeOrder());
    for (int i = 0; i < 64 * count; i++) {
      data.putFloat(pixels[i] / 16f);
    }
    return new Batch(new Batch.Input(DType.F32, List.of((long) count, 1L, 8L, 8L), data.flip()));
  }

  /// An array's elements, after the header of 128 bytes.
  private static byte[] bytes(String array) {
    try {
      byte[] file = Files.readAllBytes(digits(array));
      return Arrays.copyOfRange(file, 128, file.length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int[] bits(Predictions predictions) {
    return predictions.values().toArray(ValueLayout.JAVA_INT);
  }

  private static Engine engine(int threads) {
    return new OnnxRuntimeProvider()
        .open(new EvaluatorSpec.Network("onnx", digits("model.onnx"), List.of()), threads);
  }

  private static Path digits(String name) {
    try {
      return Path.of(DigitsTest.class.getResource("digits/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
