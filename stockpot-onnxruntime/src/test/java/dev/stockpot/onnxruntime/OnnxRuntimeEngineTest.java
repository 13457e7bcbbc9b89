package dev.stockpot.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.eval.Batch;
import dev.stockpot.eval.Engine;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.EvaluatorSpec;
import dev.stockpot.eval.Output;
import dev.stockpot.onnx.OnnxModel;
import dev.stockpot.onnx.Proto;
import dev.stockpot.onnx.TextModel;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxRuntimeEngineTest {
  private static final List<Long> W = List.of(2L, 3L);
  private static final byte[] ONES = OnnxModel.floats(1, 1, 1, 1, 1, 1);

  @TempDir Path folder;

  @Test
  void usesTheCheckpointsWeightsAndNotTheGraphs() {
    OnnxModel.matMul().write(folder);
    try (Checkpoint weights = new Weights().with("w", DType.F32, W, ONES).open(folder)) {
      assertThat(run(weights, 1, 10, 2, 20)).containsExactly(11, 11, 11, 22, 22, 22);
    }
  }

  @Test
  void alignsTensorsThatLieAtOddAddresses() {
    OnnxModel.matMul().write(folder);
    Weights odd = new Weights().with("a", DType.U8, List.of(1L)).with("w", DType.F32, W, ONES);
    try (Checkpoint weights = odd.open(folder)) {
      assertThat(run(weights, 1, 10)).containsExactly(11, 11, 11);
    }
  }

  @Test
  void widensWhatTheGraphHoldsWider() {
    for (DType dtype : List.of(DType.BF16, DType.F16, DType.F8_E4M3, DType.F8_E5M2)) {
      OnnxModel.matMul().write(folder);
      int one =
          switch (dtype) {
            case BF16 -> 0x3f80;
            case F16 -> 0x3c00;
            case F8_E4M3 -> 0x38;
            default -> 0x3c;
          };
      byte[] data = new byte[6 * dtype.bytes()];
      for (int i = 0; i < 6; i++) {
        data[i * dtype.bytes()] = (byte) one;
        data[(i + 1) * dtype.bytes() - 1] = (byte) (one >> (8 * (dtype.bytes() - 1)));
      }
      try (Checkpoint weights = new Weights().with("w", dtype, W, data).open(folder)) {
        assertThat(run(weights, 1, 10)).containsExactly(11, 11, 11);
      }
    }
  }

  @Test
  void fillsHalfPrecisionInitializers() {
    Proto toFloat = new Proto().text(1, "to").number(3, OnnxModel.FLOAT).number(20, 2);
    Proto cast = new Proto().text(1, "w").text(2, "wide").text(4, "Cast").message(5, toFloat);
    for (int type : List.of(OnnxModel.FLOAT16, OnnxModel.BFLOAT16)) {
      boolean half = type == OnnxModel.FLOAT16;
      new OnnxModel()
          .field(1, cast)
          .node("MatMul", List.of("x", "wide"), "logits")
          .initializer("w", type, W, new byte[12])
          .input("x", OnnxModel.FLOAT, -1, 2)
          .output("logits", OnnxModel.FLOAT, -1, 3)
          .write(folder);
      byte[] data = new byte[12];
      ByteBuffer shorts = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
      while (shorts.hasRemaining()) {
        shorts.putShort((short) (half ? 0x3c00 : 0x3f80));
      }
      DType dtype = half ? DType.F16 : DType.BF16;
      try (Checkpoint weights = new Weights().with("w", dtype, W, data).open(folder)) {
        assertThat(run(weights, 1, 10)).containsExactly(11, 11, 11);
      }
    }
  }

  @Test
  void takesWeightsFromGraphsWithExternalDataWithoutTouchingIt() {
    new OnnxModel()
        .node("MatMul", List.of("x", "w"), "logits")
        .initializer(OnnxModel.external("w", OnnxModel.FLOAT, W, "not-there.data"))
        .input("x", OnnxModel.FLOAT, -1, 2)
        .output("logits", OnnxModel.FLOAT, -1, 3)
        .write(folder);
    try (Checkpoint weights = new Weights().with("w", DType.F32, W, ONES).open(folder)) {
      assertThat(run(weights, 1, 10)).containsExactly(11, 11, 11);
    }
  }

  @Test
  void keepsDeclaredConstantsFromExternalData() throws IOException {
    Files.write(folder.resolve("model.onnx.data"), OnnxModel.floats(100, 200, 300));
    withBias("model.onnx.data").write(folder);
    try (Checkpoint weights = new Weights().with("w", DType.F32, W, ONES).open(folder);
        Engine engine = engine("b*")) {
      assertThat(run(engine, weights, 1, 10)).containsExactly(111, 211, 311);
    }
  }

  @Test
  void refusesExternalDataOutsideTheGraphsFolder() {
    Path model = withBias("../secret.data").write(folder);
    try (Checkpoint weights = new Weights().with("w", DType.F32, W, ONES).open(folder);
        Engine engine = engine("b")) {
      assertThatThrownBy(() -> engine.load(weights))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(
              model
                  + ": tensor 'b': its data is in '../secret.data', outside the graph's"
                  + " folder, and is not read");
    }
  }

  @Test
  void saysWhichExternalDataIsMissing() {
    Path model = withBias("model.onnx.data").write(folder);
    try (Checkpoint weights = new Weights().with("w", DType.F32, W, ONES).open(folder);
        Engine engine = engine("b")) {
      assertThatThrownBy(() -> engine.load(weights))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(
              model
                  + ": tensor 'b': its data is in 'model.onnx.data', which is not beside the"
                  + " graph; put it there");
    }
  }

  @Test
  void leavesSparseInitializersAsTheyAre() {
    Proto values =
        OnnxModel.tensor("b", OnnxModel.FLOAT, List.of(1L)).bytes(9, OnnxModel.floats(7));
    Proto indices = OnnxModel.tensor("", OnnxModel.INT64, List.of(1L)).bytes(9, OnnxModel.longs(1));
    new OnnxModel()
        .node("MatMul", List.of("x", "w"), "product")
        .node("Add", List.of("product", "b"), "logits")
        .initializer("w", OnnxModel.FLOAT, W, new byte[24])
        .field(15, new Proto().message(1, values).message(2, indices).number(3, 3))
        .input("x", OnnxModel.FLOAT, -1, 2)
        .output("logits", OnnxModel.FLOAT, -1, 3)
        .write(folder);
    try (Checkpoint weights = new Weights().with("w", DType.F32, W, ONES).open(folder)) {
      assertThat(run(weights, 1, 10)).containsExactly(11, 18, 11);
    }
  }

  @Test
  void takesSeveralInputsByName() {
    new OnnxModel()
        .node("MatMul", List.of("x", "w"), "product")
        .node("Mul", List.of("product", "mask"), "logits")
        .initializer("w", OnnxModel.FLOAT, W, new byte[24])
        .input("x", OnnxModel.FLOAT, -1, 2)
        .input("mask", OnnxModel.FLOAT, -1, 1)
        .output("logits", OnnxModel.FLOAT, -1, 3)
        .write(folder);
    Batch.Input x = batch(DType.F32, List.of(2L, 2L), 1, 2, 3, 4).input("");
    Batch.Input mask = batch(DType.F32, List.of(2L, 1L), 0, 1).input("");
    SequencedMap<String, Batch.Input> named = new LinkedHashMap<>();
    try (Checkpoint weights = new Weights().with("w", DType.F32, W, ONES).open(folder);
        Engine engine = engine();
        Engine.Model model = engine.load(weights)) {
      named.put("mask", mask);
      assertThatThrownBy(() -> model.run(new Batch(2, named)))
          .isInstanceOf(EvaluationException.class)
          .hasMessage(
              "the model takes an input 'x', but the set has [mask]; name the set's inputs as the"
                  + " model does");
      named.put("x", x);
      assertThat(floats(model.run(new Batch(2, named)))).containsExactly(0, 0, 0, 7, 7, 7);
      assertThatThrownBy(() -> model.run(new Batch(x)))
          .isInstanceOf(EvaluationException.class)
          .hasMessage(
              folder.resolve("model.onnx")
                  + ": takes 2 inputs [x, mask], but the set has one without a name; name each:"
                  + " x: {x: …, mask: …}");
    }
  }

  @Test
  void takesThreeInputsOfATextModelAndTheOutputThatIsAskedFor() {
    Path graph = TextModel.classifier(3).write(folder);
    // One feature per token: the token itself, plus 100 for the second segment.
    Weights tensors =
        new Weights()
            .with("words", DType.F32, List.of(5L, 1L), OnnxModel.floats(0, 1, 2, 3, 4))
            .with("segments", DType.F32, List.of(2L, 1L), OnnxModel.floats(0, 100))
            .with("head.weight", DType.F32, List.of(1L, 2L), OnnxModel.floats(1, -1))
            .with("head.bias", DType.F32, List.of(2L), OnnxModel.floats(0.5f, 0));
    SequencedMap<String, Batch.Input> inputs = new LinkedHashMap<>();
    inputs.put("attention_mask", longs(1, 1, 0, /**/ 1, 1, 1));
    inputs.put("input_ids", longs(1, 2, 4, /**/ 3, 3, 0));
    inputs.put("token_type_ids", longs(0, 1, 0, /**/ 0, 0, 0));
    try (Checkpoint weights = tensors.open(folder)) {
      assertThat(run(graph, Optional.empty(), weights, inputs))
          .containsExactly(52, -51.5f, 2.5f, -2);
      assertThat(run(graph, Optional.of("logits"), weights, inputs))
          .containsExactly(52, -51.5f, 2.5f, -2);
      assertThat(run(graph, Optional.of("pooled"), weights, inputs)).containsExactly(51.5f, 2);
      inputs.put("position_ids", longs(0, 1, 2, 0, 1, 2));
      assertThat(run(graph, Optional.of("pooled"), weights, inputs)).containsExactly(51.5f, 2);
      assertThatThrownBy(() -> run(graph, Optional.of("pooler"), weights, inputs))
          .isInstanceOf(EvaluationException.class)
          .hasMessage(graph + ": no output 'pooler'; the graph has logits, pooled");
      inputs.remove("token_type_ids");
      assertThatThrownBy(() -> run(graph, Optional.empty(), weights, inputs))
          .isInstanceOf(EvaluationException.class)
          .hasMessage(
              "the model takes an input 'token_type_ids', but the set has [attention_mask,"
                  + " input_ids, position_ids]; name the set's inputs as the model does");
    }
  }

  @Test
  void countsInitializersThatAreListedAsInputsAsInitializers() {
    OnnxModel.matMul().input("w", OnnxModel.FLOAT, 2, 3).write(folder);
    try (Checkpoint weights = new Weights().with("w", DType.F32, W, ONES).open(folder)) {
      assertThat(run(weights, 1, 10)).containsExactly(11, 11, 11);
    }
  }

  @Test
  void padsTheLastBatchOfGraphsOfFixedSize() {
    new OnnxModel()
        .node("MatMul", List.of("x", "w"), "logits")
        .initializer("w", OnnxModel.FLOAT, W, new byte[24])
        .input("x", OnnxModel.FLOAT, 4, 2)
        .output("logits", OnnxModel.FLOAT, 4, 3)
        .write(folder);
    try (Checkpoint weights = new Weights().with("w", DType.F32, W, ONES).open(folder);
        Engine engine = engine();
        Engine.Model model = engine.load(weights)) {
      assertThat(model.batchLimit()).isEqualTo(4);
      Output output = model.run(batch(DType.F32, List.of(3L, 2L), 1, 2, 3, 4, 5, 6));
      assertThat(output.shape().getFirst()).isEqualTo(3);
      assertThat(floats(output)).containsExactly(3, 3, 3, 7, 7, 7, 11, 11, 11);
      assertThat(floats(model.run(batch(DType.F32, List.of(4L, 2L), 1, 1, 2, 2, 3, 3, 4, 4))))
          .containsExactly(2, 2, 2, 4, 4, 4, 6, 6, 6, 8, 8, 8);
      assertThatThrownBy(() -> model.run(batch(DType.F32, List.of(5L, 2L), new float[10])))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("5 examples, not 1 to 4");
    }
  }

  @Test
  void takesAnyBatchWhereTheSizeIsFree() {
    OnnxModel.matMul().write(folder);
    try (Checkpoint weights = new Weights().with("w", DType.F32, W, ONES).open(folder);
        Engine engine = engine();
        Engine.Model model = engine.load(weights)) {
      assertThat(model.batchLimit()).isEqualTo(Integer.MAX_VALUE);
    }
  }

  @Test
  void refusesExamplesOfAnotherRankSizeOrType() {
    Path path = OnnxModel.matMul().write(folder);
    try (Checkpoint weights = new Weights().with("w", DType.F32, W, ONES).open(folder);
        Engine engine = engine();
        Engine.Model model = engine.load(weights)) {
      String wanted = path + ": input 'x' is F32 [any, 2], but the examples are ";
      String advice = "; see input: (layout, scale) and the data's own shape";
      assertThatThrownBy(() -> model.run(batch(DType.F32, List.of(1L, 2L, 1L), 1, 2)))
          .isInstanceOf(EvaluationException.class)
          .hasMessage(wanted + "F32 [1, 2, 1]" + advice);
      assertThatThrownBy(() -> model.run(batch(DType.F32, List.of(1L, 3L), 1, 2, 3)))
          .isInstanceOf(EvaluationException.class)
          .hasMessage(wanted + "F32 [1, 3]" + advice);
      assertThatThrownBy(() -> model.run(batch(DType.U8, List.of(4L, 2L), 1, 2)))
          .isInstanceOf(EvaluationException.class)
          .hasMessage(wanted + "U8 [4, 2]" + advice);
    }
  }

  @Test
  void givesOutputsOfAnyRank() {
    new OnnxModel()
        .node("MatMul", List.of("x", "w"), "features")
        .initializer("w", OnnxModel.FLOAT, W, new byte[24])
        .input("x", OnnxModel.FLOAT, -1, 1, 2)
        .output("features", OnnxModel.FLOAT, -1, 1, 3)
        .write(folder);
    try (Checkpoint weights = new Weights().with("w", DType.F32, W, ONES).open(folder);
        Engine engine = engine();
        Engine.Model model = engine.load(weights)) {
      Output output = model.run(batch(DType.F32, List.of(2L, 1L, 2L), 1, 2, 3, 4));
      assertThat(output.shape()).containsExactly(2L, 1L, 3L);
      assertThat(floats(output)).containsExactly(3, 3, 3, 7, 7, 7);
    }
  }

  @Test
  void refusesOutputsThatAreNoFloats() {
    Path path =
        new OnnxModel()
            .node("MatMul", List.of("x", "w"), "product")
            .node("Shape", List.of("product"), "size")
            .node("Expand", List.of("one", "size"), "counts")
            .initializer("w", OnnxModel.FLOAT, W, new byte[24])
            .initializer("one", OnnxModel.INT64, List.of(1L), OnnxModel.longs(1))
            .input("x", OnnxModel.FLOAT, -1, 2)
            .output("counts", OnnxModel.INT64, -1, 3)
            .write(folder);
    try (Checkpoint weights = new Weights().with("w", DType.F32, W, ONES).open(folder);
        Engine engine = engine();
        Engine.Model model = engine.load(weights)) {
      assertThatThrownBy(() -> model.run(batch(DType.F32, List.of(1L, 2L), 1, 2)))
          .isInstanceOf(EvaluationException.class)
          .hasMessage(
              path
                  + ": the output 'counts' is I64 [1, 3]; predictions are floats of"
                  + " shape [1, …]; another is chosen with evaluator: {output: NAME}");
    }
  }

  @Test
  void convertsDoubleLogits() {
    new OnnxModel()
        .node("MatMul", List.of("x", "w"), "logits")
        .initializer("w", OnnxModel.DOUBLE, W, new byte[48])
        .input("x", OnnxModel.DOUBLE, -1, 2)
        .output("logits", OnnxModel.DOUBLE, -1, 3)
        .write(folder);
    ByteBuffer data = ByteBuffer.allocateDirect(16).order(ByteOrder.nativeOrder());
    data.putDouble(1).putDouble(10).flip();
    try (Checkpoint weights = new Weights().with("w", DType.F32, W, ONES).open(folder);
        Engine engine = engine();
        Engine.Model model = engine.load(weights)) {
      Output output = model.run(new Batch(new Batch.Input(DType.F64, List.of(1L, 2L), data)));
      assertThat(floats(output)).containsExactly(11, 11, 11);
    }
  }

  @Test
  void namesTheGraphWhenOnnxRuntimeRefusesIt() {
    Path path =
        new OnnxModel()
            .node("NoSuchOperator", List.of("x", "w"), "logits")
            .initializer("w", OnnxModel.FLOAT, W, new byte[24])
            .input("x", OnnxModel.FLOAT, -1, 2)
            .output("logits", OnnxModel.FLOAT, -1, 3)
            .write(folder);
    try (Checkpoint weights = new Weights().with("w", DType.F32, W, ONES).open(folder);
        Engine engine = engine()) {
      assertThatThrownBy(() -> engine.load(weights))
          .isInstanceOf(EvaluationException.class)
          .hasMessageStartingWith(path + ": Error code - ")
          .hasMessageContaining("NoSuchOperator");
    }
  }

  @Test
  void renamedAndTransposedWeightsAreBoundByTheValuesOfABase() {
    Path model =
        new OnnxModel()
            .node("MatMul", List.of("x", "val_3"), "product")
            .node("Add", List.of("product", "b"), "logits")
            .initializer("val_3", OnnxModel.FLOAT, W, OnnxModel.floats(1, 2, 3, 4, 5, 6))
            .initializer("b", OnnxModel.FLOAT, List.of(3L), new byte[12])
            .input("x", OnnxModel.FLOAT, -1, 2)
            .output("logits", OnnxModel.FLOAT, -1, 3)
            .write(folder);
    List<Long> stored = List.of(3L, 2L);
    Path base = folder.resolve("weights.safetensors");
    new Weights()
        .with("fc.weight", DType.F32, stored, OnnxModel.floats(1, 4, 2, 5, 3, 6))
        .with("b", DType.F32, List.of(3L), OnnxModel.floats(9, 9, 9))
        .open(folder)
        .close();
    EvaluatorSpec.Network network =
        new EvaluatorSpec.Network("onnx", model, List.of(), Optional.of(base));
    try (Engine engine = new OnnxRuntimeProvider().open(network, 1);
        Checkpoint tuned =
            new Weights()
                .with("fc.weight", DType.F32, stored, OnnxModel.floats(10, 40, 20, 50, 30, 60))
                .with("b", DType.F32, List.of(3L), OnnxModel.floats(1, 2, 3))
                .open(folder)) {
      assertThat(engine.check(tuned))
          .containsExactly(model + ": bound by value: val_3 = fc.weight transposed");
      assertThat(run(engine, tuned, 1, 0, 0, 1)).containsExactly(11, 22, 33, 41, 52, 63);
    }
  }

  @Test
  void saysWhatTheValuesOfABaseDoNotTell() {
    Path model =
        OnnxModel.matMul()
            .initializer("val_7", OnnxModel.FLOAT, List.of(3L), OnnxModel.floats(1, 2, 3))
            .initializer("scale", OnnxModel.FLOAT, List.of(), OnnxModel.floats(8))
            .write(folder);
    Path base = folder.resolve("weights.safetensors");
    new Weights()
        .with("w", DType.F32, W)
        .with("conv.bias", DType.F32, List.of(3L), OnnxModel.floats(3, 2, 1))
        .with("bn.running_mean", DType.F32, List.of(3L), OnnxModel.floats(0, 0, 1))
        .open(folder)
        .close();
    EvaluatorSpec.Network network =
        new EvaluatorSpec.Network("onnx", model, List.of("scale"), Optional.of(base));
    assertThatThrownBy(() -> new OnnxRuntimeProvider().open(network, 1))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(
            model
                + ": the values of "
                + base
                + " do not tell what fills every initializer:\n"
                + "  initializer 'val_7': no tensor has its values\n"
                + "  tensor 'bn.running_mean': no initializer has its values\n"
                + "  tensor 'conv.bias': no initializer has its values\n"
                + "The exporter folded BatchNorm into other weights; that cannot be undone here.\n"
                + "The exporter renamed or folded weights.\n"
                + "Export the model so that initializers keep the checkpoint's names:"
                + " torch.onnx.export(..., dynamo=True, optimize=False), or the legacy exporter"
                + " with do_constant_folding=False.\n"
                + "An initializer that is the graph's own constant can be listed under evaluator:"
                + " constants: [val_7].");
  }

  private static float[] run(
      Path graph,
      Optional<String> output,
      Checkpoint weights,
      SequencedMap<String, Batch.Input> inputs) {
    EvaluatorSpec.Network network =
        new EvaluatorSpec.Network("onnx", graph, List.of(), Optional.empty(), output);
    try (Engine engine = new OnnxRuntimeProvider().open(network, 1);
        Engine.Model model = engine.load(weights)) {
      return floats(model.run(new Batch(2, inputs)));
    }
  }

  private static Batch.Input longs(long... values) {
    ByteBuffer data = ByteBuffer.allocateDirect(8 * values.length).order(ByteOrder.nativeOrder());
    data.asLongBuffer().put(values);
    return new Batch.Input(DType.I64, List.of(2L, values.length / 2L), data);
  }

  private static OnnxModel withBias(String location) {
    return new OnnxModel()
        .node("MatMul", List.of("x", "w"), "product")
        .node("Add", List.of("product", "b"), "logits")
        .initializer("w", OnnxModel.FLOAT, W, new byte[24])
        .initializer(OnnxModel.external("b", OnnxModel.FLOAT, List.of(3L), location))
        .input("x", OnnxModel.FLOAT, -1, 2)
        .output("logits", OnnxModel.FLOAT, -1, 3);
  }

  private Engine engine(String... constants) {
    return new OnnxRuntimeProvider()
        .open(
            new EvaluatorSpec.Network("onnx", folder.resolve("model.onnx"), List.of(constants)), 1);
  }

  private float[] run(Checkpoint weights, float... values) {
    try (Engine engine = engine()) {
      return run(engine, weights, values);
    }
  }

  private static float[] run(Engine engine, Checkpoint weights, float... values) {
    try (Engine.Model model = engine.load(weights)) {
      return floats(model.run(batch(DType.F32, List.of(values.length / 2L, 2L), values)));
    }
  }

  private static Batch batch(DType dtype, List<Long> shape, float... values) {
    ByteBuffer data = ByteBuffer.allocateDirect(4 * values.length).order(ByteOrder.nativeOrder());
    data.asFloatBuffer().put(values);
    return new Batch(new Batch.Input(dtype, shape, data));
  }

  private static float[] floats(Output output) {
    return output.values().toArray(ValueLayout.JAVA_FLOAT);
  }
}
