package dev.stockpot.libtorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.eval.Batch;
import dev.stockpot.eval.Engine;
import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.Evaluation;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.Evaluator;
import dev.stockpot.eval.Evaluators;
import dev.stockpot.eval.Output;
import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonReader;
import dev.stockpot.onnxruntime.OnnxRuntimeProvider;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A real network with real weights; alone, because one test looks at the process's memory.
@Isolated
class LibtorchDigitsTest {
  private static final List<String> REPORT =
      List.of("test", "shift-noise", "shift-rotate", "shift-shift", "shift-fade", "train");

  @Test
  void everyCountIsThatOfPytorch() throws Exception {
    EvalSpec spec =
        new EvalSpec(
            Digits.NETWORK,
            Digits.INPUT,
            Digits.set("select"),
            REPORT.stream().map(Digits::set).toList(),
            "accuracy");
    List<String> sets = new ArrayList<>(List.of("select"));
    sets.addAll(REPORT);
    Map<String, Json> reference =
        members(
            members(JsonReader.read(Files.readString(Digits.FOLDER.resolve("reference.json"))))
                .get("individual"));
    try (Evaluator evaluator = Evaluators.open(spec, 2, Progress.NONE)) {
      for (String name : reference.keySet()) {
        try (Checkpoint weights = Digits.open(name)) {
          assertThat(evaluator.check(weights)).isEmpty();
          for (Evaluation evaluation : evaluator.evaluate(weights, sets).values()) {
            double accuracy =
                ((Json.Num) members(reference.get(name)).get(evaluation.set())).asDouble();
            assertThat(evaluation.correctCount())
                .as("%s on %s", name, evaluation.set())
                .contains(Math.toIntExact(Math.round(accuracy * evaluation.n())));
          }
        }
      }
    }
    assertThat(reference).hasSize(11);
  }

  @ParameterizedTest
  @ValueSource(strings = {"base", "ft-03", "ft-08"})
  void logitsAreThoseOfOnnxRuntime(String name) {
    try (Arena arena = Arena.ofConfined();
        Engine torch = new TorchScriptProvider().open(Digits.NETWORK, 1);
        Engine onnx = new OnnxRuntimeProvider().open(Digits.network("onnx", "model.onnx"), 1);
        Checkpoint weights = Digits.open(name);
        Engine.Model a = torch.load(weights);
        Engine.Model b = onnx.load(weights)) {
      Batch batch = Digits.batch("select", 600, arena);
      float[] expected = floats(b.run(batch));
      assertThat(expected).hasSize(6000);
      assertThat(floats(a.run(batch))).containsExactly(expected, within(1e-5f));
    }
  }

  @Test
  void modelsOfDifferentWeightsDoNotDisturbEachOther() {
    try (Arena arena = Arena.ofConfined();
        Engine engine = new TorchScriptProvider().open(Digits.NETWORK, 1);
        Checkpoint a = Digits.open("ft-03");
        Checkpoint b = Digits.open("ft-08")) {
      Batch batch = Digits.batch("select", 8, arena);
      float[] first;
      try (Engine.Model model = engine.load(a)) {
        first = floats(model.run(batch));
      }
      try (Engine.Model modelB = engine.load(b);
          Engine.Model modelA = engine.load(a)) {
        float[] other = floats(modelB.run(batch));
        assertThat(floats(modelA.run(batch))).isEqualTo(first).isNotEqualTo(other);
        assertThat(floats(modelB.run(batch))).isEqualTo(other);
      }
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void fiftyCandidatesLeaveNoMemoryBehind() {
    try (Arena arena = Arena.ofConfined();
        Engine engine = new TorchScriptProvider().open(Digits.NETWORK, 1)) {
      Batch batch = Digits.batch("select", 64, arena);
      openAndClose(engine, batch, 20);
      long handles = Pointer.totalCount();
      long bytes = Pointer.physicalBytes();
      openAndClose(engine, batch, 50);
      assertThat(Pointer.totalCount()).isEqualTo(handles);
      // The weights of fifty candidates are 3 MB, what their batches make on the way 100 MB.
      assertThat(Pointer.physicalBytes() - bytes).isLessThan(2 << 20);
    }
  }

  @Test
  void aFileThatIsNoTorchScriptIsSaid(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("model.ts.pt");
    Files.writeString(file, "no model");

    assertThatThrownBy(() -> TorchScript.open(file))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(
            file
                + ": is no TorchScript file that libtorch reads (PytorchStreamReader failed reading"
                + " zip archive: not a ZIP archive); save the model by"
                + " torch.jit.script(model).save(path)");
  }

  private static void openAndClose(Engine engine, Batch batch, int times) {
    for (int i = 0; i < times; i++) {
      try (Checkpoint weights = Digits.open("ft-0" + i % 10);
          Engine.Model model = engine.load(weights)) {
        assertThat(model.run(batch).shape()).containsExactly(64L, 10L);
      }
    }
  }

  private static float[] floats(Output output) {
    return output.values().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
  }

  private static Map<String, Json> members(Json json) {
    return ((Json.Obj) json).members();
  }
}
