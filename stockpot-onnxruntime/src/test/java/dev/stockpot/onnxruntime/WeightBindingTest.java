package dev.stockpot.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.OnnxGraph;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.onnx.OnnxModel;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightBindingTest {
  private static final List<Long> W = List.of(2L, 3L);
  private static final List<Long> B = List.of(3L);
  private static final String EXPORT =
      "Export the model so that initializers keep the checkpoint's names: torch.onnx.export(...,"
          + " dynamo=True, optimize=False), or the legacy exporter with"
          + " do_constant_folding=False.";

  @TempDir Path folder;

  @Test
  void listsEveryInitializerAndTensorThatFindsNoMatch() {
    OnnxModel model = OnnxModel.matMul().initializer("scale", OnnxModel.FLOAT, B, new byte[12]);
    Weights weights = new Weights().with("v", DType.F32, W).with("u", DType.BF16, W);
    assertMismatch(
        model,
        weights,
        "  initializer 'w': no tensor of that name",
        "  initializer 'scale': no tensor of that name",
        "  tensor 'v': no initializer of that name",
        "  tensor 'u': no initializer of that name",
        EXPORT,
        "An initializer that is the graph's own constant can be listed under evaluator: constants:"
            + " [w].");
  }

  @Test
  void tellsRenamedWeightsAndFoldedBatchNorm() {
    OnnxModel model =
        OnnxModel.matMul().initializer("onnx::Conv_7", OnnxModel.FLOAT, B, new byte[12]);
    Weights weights =
        new Weights()
            .with("w", DType.F32, W)
            .with("bn1.running_mean", DType.F32, B)
            .with("bn1.num_batches_tracked", DType.I64, List.of());
    assertMismatch(
        model,
        weights,
        "  initializer 'onnx::Conv_7': no tensor of that name",
        "  tensor 'bn1.running_mean': no initializer of that name",
        "The exporter folded BatchNorm into other weights; that cannot be undone here.",
        "The exporter renamed or folded weights. Those it only renamed or transposed are found by"
            + " value: name the checkpoint it exported under evaluator: bind:.",
        EXPORT,
        "An initializer that is the graph's own constant can be listed under evaluator: constants:"
            + " [onnx::Conv_7].");
  }

  @Test
  void listsShapesAndTypesThatDiffer() {
    OnnxModel model =
        OnnxModel.matMul()
            .initializer("ids", OnnxModel.INT64, B, new byte[24])
            .initializer("half", OnnxModel.FLOAT16, B, new byte[6])
            .initializer("words", OnnxModel.STRING, B, new byte[0])
            .initializer("u16", OnnxModel.UINT16, B, new byte[6])
            .initializer("mine", OnnxModel.FLOAT, B, new byte[12]);
    Weights weights =
        new Weights()
            .with("w", DType.F32, List.of(3L, 2L))
            .with("ids", DType.I32, B)
            .with("half", DType.BF16, B)
            .with("words", DType.U8, B)
            .with("u16", DType.U16, B)
            .with("mine", DType.F32, B);
    assertMismatch(
        model,
        weights,
        "  tensor 'w': shape [3, 2] differs from [2, 3] in the graph",
        "  tensor 'ids': is I32, but the graph has I64 there",
        "  tensor 'half': BF16 does not fit into the graph's F16 without rounding; write the"
            + " checkpoint with --out-dtype F16",
        "  tensor 'words': the graph has elements of ONNX type 8 there",
        "  tensor 'u16': ONNX Runtime's Java API cannot fill initializers of type U16",
        "  tensor 'mine': is listed under constants:, which keeps the graph's own value");
  }

  @Test
  void listsEveryMismatchHoweverMany() {
    Weights weights = new Weights().with("w", DType.F32, W);
    for (int i = 0; i < 22; i++) {
      weights.with("extra" + (10 + i), DType.F32, List.of(1L));
    }
    mismatch(OnnxModel.matMul(), weights)
        .hasMessageContaining("  tensor 'extra31': no initializer of that name\n");
  }

  @Test
  void notesWhatIsNoFloat() {
    Path model =
        OnnxModel.matMul()
            .initializer("shape", OnnxModel.INT64, List.of(1L), OnnxModel.longs(1))
            .write(folder);
    Weights weights =
        new Weights()
            .with("w", DType.F32, W)
            .with("num_batches_tracked", DType.I64, List.of())
            .with("mask", DType.BOOL, B)
            .with("phase", DType.C64, B);
    try (OnnxGraph graph = new OnnxGraph(model);
        Checkpoint checkpoint = weights.open(folder)) {
      assertThat(WeightBinding.of(graph, List.of(), checkpoint).notes())
          .containsExactlyInAnyOrder(
              model + ": initializers that no tensor fills keep the graph's value: shape",
              checkpoint.path()
                  + ": integer tensors that the graph does not take: num_batches_tracked, mask",
              checkpoint.path() + ": raw tensors that the graph does not take: phase");
    }
  }

  @Test
  void keepsDeclaredConstantsByGlob() {
    OnnxModel model =
        OnnxModel.matMul()
            .initializer("attn.1.scale", OnnxModel.FLOAT, B, new byte[12])
            .initializer("attn.2.scale", OnnxModel.FLOAT, B, new byte[12]);
    Path path = model.write(folder);
    try (OnnxGraph graph = new OnnxGraph(path);
        Checkpoint checkpoint = new Weights().with("w", DType.F32, W).open(folder)) {
      WeightBinding binding = WeightBinding.of(graph, List.of("attn.*.scale"), checkpoint);
      assertThat(binding.filled()).containsOnlyKeys("w");
      assertThat(binding.notes()).isEmpty();
      assertThatThrownBy(() -> WeightBinding.of(graph, List.of("attn.*.scal"), checkpoint))
          .isInstanceOf(EvaluationException.class);
    }
  }

  @Test
  void refusesTensorsThatNoBufferHolds() throws IOException {
    List<Long> shape = List.of(600_000_000L);
    Path model =
        new OnnxModel()
            .initializer(OnnxModel.external("w", OnnxModel.FLOAT, shape, "weights.data"))
            .input("x", OnnxModel.FLOAT, -1, 2)
            .write(folder);
    Path weights = folder.resolve("big.safetensors");
    byte[] header =
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[600000000],\"data_offsets\":[0,2400000000]}}  "
            .getBytes(StandardCharsets.UTF_8);
    try (RandomAccessFile file = new RandomAccessFile(weights.toFile(), "rw")) {
      file.write(header.length);
      file.write(new byte[7]);
      file.write(header);
      file.setLength(8 + header.length + 2_400_000_000L); // a hole
    }
    try (OnnxGraph graph = new OnnxGraph(model);
        Checkpoint checkpoint = Checkpoints.open(weights)) {
      assertThatThrownBy(() -> WeightBinding.of(graph, List.of(), checkpoint))
          .isInstanceOf(EvaluationException.class)
          .hasMessage(
              model
                  + " does not fit the tensors of "
                  + weights
                  + ":\n  tensor 'w': takes 2400000000 bytes as F32; ONNX Runtime's Java API takes"
                  + " at most 2147483639");
    }
  }

  private void assertMismatch(OnnxModel model, Weights weights, String... lines) {
    mismatch(model, weights)
        .hasMessage(
            folder.resolve("model.onnx")
                + " does not fit the tensors of "
                + folder.resolve("weights.safetensors")
                + ":\n"
                + String.join("\n", lines));
  }

  private AbstractThrowableAssert<?, ?> mismatch(OnnxModel model, Weights weights) {
    Path path = model.write(folder);
    try (OnnxGraph graph = new OnnxGraph(path);
        Checkpoint checkpoint = weights.open(folder)) {
      return assertThatThrownBy(() -> WeightBinding.of(graph, List.of("mine"), checkpoint))
          .isInstanceOf(EvaluationException.class);
    }
  }
}
