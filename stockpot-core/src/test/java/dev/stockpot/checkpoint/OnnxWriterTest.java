package dev.stockpot.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.onnx.OnnxModel;
import dev.stockpot.onnx.Proto;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxWriterTest {
  /// Checks a model and prints every initializer: name, type, shape, bytes.
  private static final String PYTHON =
      """
      import sys, onnx
      from onnx import numpy_helper
      onnx.checker.check_model(sys.argv[1])
      model = onnx.load(sys.argv[1])
      for t in model.graph.initializer:
          print(t.name, t.data_type, list(t.dims), numpy_helper.to_array(t).tobytes().hex())
      """;

  private static final TensorSpec W = new TensorSpec("w", DType.F32, List.of(2L, 3L));

  @TempDir Path folder;

  @Test
  void theSameWeightsGiveTheSameBytes() throws IOException {
    Path model =
        OnnxModel.matMul()
            .initializer("ids", OnnxModel.INT64, List.of(2L), OnnxModel.longs(-1, 1))
            .initializer("empty", OnnxModel.FLOAT, List.of(0L), new byte[0])
            .initializer(OnnxModel.tensor("nothing", OnnxModel.FLOAT, List.of(0L, 2L)))
            .field(10, new Proto().text(1, "not a message"))
            .write(folder);
    Path copy = folder.resolve("copy.onnx");
    try (Checkpoint template = Checkpoints.open(model)) {
      write(copy, template, template);
    }
    assertThat(Files.readAllBytes(copy)).isEqualTo(Files.readAllBytes(model));
    assertThat(folder.toFile().list()).containsExactlyInAnyOrder("model.onnx", "copy.onnx");
  }

  @Test
  void onlyTheDataIsNew() throws IOException {
    byte[] before = OnnxModel.floats(1, 2, 3, 4, 5, 6);
    byte[] after = OnnxModel.floats(6, 5, 4, 3, 2, 1);
    byte[] expected = replace(OnnxModel.matMul().toByteArray(), before, after);
    Path copy = folder.resolve("copy.onnx");
    try (Checkpoint template = Checkpoints.open(OnnxModel.matMul().write(folder));
        CheckpointWriter writer = create(copy, template, List.of(W))) {
      writer.write("w", 0, ByteBuffer.wrap(after));
      writer.commit();
    }
    assertThat(Files.readAllBytes(copy)).isEqualTo(expected);
  }

  @Test
  void typedDataBecomesRawBytes() throws IOException {
    Proto typed =
        OnnxModel.tensor("w", OnnxModel.FLOAT16, List.of(2L))
            .bytes(5, new Proto().varint(15_360).varint(64_512).toByteArray())
            .text(12, "a doc");
    Proto raw =
        OnnxModel.tensor("w", OnnxModel.FLOAT16, List.of(2L))
            .bytes(9, new byte[] {0, 0x3c, 0, (byte) 0xfc})
            .text(12, "a doc");
    Path copy = folder.resolve("copy.onnx");
    try (Checkpoint template = Checkpoints.open(new OnnxModel().initializer(typed).write(folder))) {
      write(copy, template, template);
    }
    assertThat(Files.readAllBytes(copy)).isEqualTo(new OnnxModel().initializer(raw).toByteArray());
  }

  @Test
  void dataBesideTheModelIsBesideTheNewOne() throws IOException {
    Files.write(folder.resolve("x.bin"), OnnxModel.floats(1, 2, 3, 4));
    Path model =
        OnnxModel.matMul()
            .initializer(OnnxModel.external("a", OnnxModel.FLOAT, List.of(4L), "x.bin"))
            .initializer(OnnxModel.external("b", OnnxModel.FLOAT, List.of(2L), "x.bin"))
            .write(folder);
    Path copy = Files.createDirectory(folder.resolve("out")).resolve("soup.onnx");
    try (Checkpoint template = Checkpoints.open(model)) {
      write(copy, template, template);
      try (Checkpoint written = Checkpoints.open(copy)) {
        Goldens.assertSame(written, template);
        assertThat(written.files())
            .containsExactly(copy, copy.resolveSibling("soup.onnx.data").toAbsolutePath());
      }
    }
    byte[] data = Files.readAllBytes(copy.resolveSibling("soup.onnx.data"));
    assertThat(data).hasSize(4096 + 8).startsWith(OnnxModel.floats(1, 2, 3, 4));
    assertThat(Files.readString(copy, StandardCharsets.ISO_8859_1))
        .contains("soup.onnx.data")
        .doesNotContain("x.bin");
  }

  @Test
  void initializersThatNoTensorReplacesKeepTheirData() throws IOException {
    Files.write(folder.resolve("x.bin"), OnnxModel.floats(1, 2, 3, 4));
    Path model =
        OnnxModel.matMul()
            .initializer(OnnxModel.external("far", OnnxModel.FLOAT, List.of(4L), "x.bin"))
            .initializer("near", OnnxModel.FLOAT, List.of(1L), OnnxModel.floats(9))
            .write(folder);
    Path copy = folder.resolve("copy.onnx");
    try (Checkpoint template = Checkpoints.open(model);
        CheckpointWriter writer = create(copy, template, List.of(W))) {
      writer.write("w", 0, ByteBuffer.wrap(OnnxModel.floats(1, 2, 3, 4, 5, 6)));
      writer.commit();
      try (Checkpoint written = Checkpoints.open(copy)) {
        Goldens.assertSame(written, template);
      }
    }
  }

  @Test
  void whatIsTooLongForOneFileGoesBesideIt() {
    byte[] large = new byte[1024];
    new Random(4).nextBytes(large);
    Path model =
        OnnxModel.matMul()
            .initializer("large", OnnxModel.UINT8, List.of(1024L), large)
            .write(folder);
    Path copy = folder.resolve("copy.onnx");
    try (Checkpoint template = Checkpoints.open(model)) {
      try (CheckpointWriter writer = limited(copy, template, 1000)) {
        fill(writer, template);
        writer.commit();
      }
      assertThat(copy.toFile().length()).isLessThan(1000);
      assertThat(folder.resolve("copy.onnx.data")).hasBinaryContent(large);
      try (Checkpoint written = Checkpoints.open(copy)) {
        Goldens.assertSame(written, template);
      }
      assertThatThrownBy(() -> limited(copy, template, 50))
          .isInstanceOf(CheckpointException.class)
          .hasMessageMatching(
              ("\\Q%s: the graph of %s takes \\E\\d+ bytes without its weights;"
                      + " ONNX files have at most 50")
                  .formatted(copy, model));
    }
  }

  @Test
  void anOnnxFileNeedsAGraph() {
    Path target = folder.resolve("soup.onnx");
    assertThatThrownBy(() -> Checkpoints.create(target, List.of(W), Map.of(), Durability.CACHED))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            target
                + ": an ONNX file needs the graph of a network, and none is given: the first input"
                + " is no ONNX file; name the output .safetensors, or put the weights into a graph"
                + " with: stockpot convert IN OUT.onnx --graph MODEL.onnx");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void tensorsThatDoNotFitTheGraphAreListed() {
    Path model =
        OnnxModel.matMul()
            .initializer("b", OnnxModel.FLOAT, List.of(3L), new byte[12])
            .write(folder);
    Path target = folder.resolve("soup.onnx");
    String graph = " in the graph of " + model;
    try (Checkpoint template = Checkpoints.open(model)) {
      List<TensorSpec> specs =
          List.of(
              new TensorSpec("v", DType.F32, List.of(1L)),
              new TensorSpec("w", DType.F32, List.of(3L, 2L)),
              new TensorSpec("b", DType.BF16, List.of(3L)));
      assertThatThrownBy(() -> create(target, template, specs))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(
              target
                  + ": the tensors do not fit the graph, 3 faults:\n  "
                  + (target + ": tensor 'v': there is no such initializer" + graph + "\n  ")
                  + (target + ": tensor 'w': shape [3, 2] differs from [2, 3]" + graph + "\n  ")
                  + (target + ": tensor 'b': BF16 differs from F32" + graph)
                  + ", whose types stay as they are; write F32, or name the output .safetensors");
      assertThatThrownBy(() -> create(target, template, List.of(W, W)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("two tensors named 'w'");
    }
    assertThat(folder.toFile().list()).containsExactly("model.onnx");
  }

  @Test
  void whatIsReadIsNotWrittenOver() throws IOException {
    Files.write(folder.resolve("soup.onnx.data"), new byte[16]);
    Path model =
        new OnnxModel()
            .initializer(OnnxModel.external("a", OnnxModel.FLOAT, List.of(4L), "soup.onnx.data"))
            .write(folder);
    try (Checkpoint template = Checkpoints.open(model)) {
      for (String name : List.of("model.onnx", "soup.onnx")) {
        Path target = folder.resolve(name);
        Path taken = folder.resolve(name.equals("soup.onnx") ? "soup.onnx.data" : name);
        assertThatThrownBy(() -> create(target, template, List.of()))
            .isInstanceOf(CheckpointException.class)
            .hasMessage(
                taken + ": is read for the graph and would be overwritten; choose another name");
      }
    }
    assertThat(folder.toFile().list()).containsExactlyInAnyOrder("model.onnx", "soup.onnx.data");
  }

  @Test
  void bytesMissingOrWrittenTwiceAreTold() {
    Path model = OnnxModel.matMul().write(folder);
    try (Checkpoint template = Checkpoints.open(model);
        CheckpointWriter writer = create(folder.resolve("a.onnx"), template, List.of(W))) {
      writer.write("w", 0, ByteBuffer.allocate(20));
      assertThatThrownBy(() -> writer.write("w", 19, ByteBuffer.allocate(2)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("tensor 'w': bytes 19 + 2 were written before");
      assertThatThrownBy(writer::commit)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("tensor 'w': byte 20 was not written");
    }
    assertThat(folder.toFile().list()).containsExactly("model.onnx");
  }

  @Test
  void onnxItselfReadsWhatIsWritten() throws Exception {
    Assumptions.assumeTrue(
        run("-c", "import onnx").code() == 0, "no python3 with onnx on the PATH");
    Random random = new Random(5);
    Files.write(folder.resolve("x.bin"), new byte[1 << 14]);
    OnnxModel model = OnnxModel.matMul();
    List<String> expected = new ArrayList<>();
    // What NumPy has of ONNX's types.
    for (int type : List.of(1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14)) {
      long size = OnnxTypes.dtype(type).orElseThrow().bytes();
      model.initializer("t" + type, type, List.of(2L, 0L), new byte[0]);
      model.initializer("s" + type, type, List.of(), new byte[(int) size]);
      model.initializer(OnnxModel.external("x" + type, type, List.of(3L, 2L), "x.bin"));
    }
    Path out = folder.resolve("soup.onnx");
    try (Checkpoint template = Checkpoints.open(model.write(folder));
        CheckpointWriter writer = create(out, template, template.tensors().values())) {
      OnnxGraph graph = ((OnnxCheckpoint) template).graph();
      for (TensorSpec spec : template.tensors().values()) {
        byte[] bytes = new byte[(int) spec.bytes()];
        random.nextBytes(bytes);
        if (spec.dtype() == DType.BOOL) {
          for (int i = 0; i < bytes.length; i++) {
            bytes[i] &= 1;
          }
        }
        writer.write(spec.name(), 0, ByteBuffer.wrap(bytes));
        int type = graph.initializers().get(spec.name()).type();
        String hex = HexFormat.of().formatHex(bytes);
        expected.add((spec.name() + " " + type + " " + spec.shape() + " " + hex).strip());
      }
      writer.commit();
    }

    Result result = run("-c", PYTHON, out.toString());

    assertThat(result.out().lines().map(String::strip)).containsExactlyElementsOf(expected);
    assertThat(result.code()).isZero();
  }

  private record Result(int code, String out) {}

  private static Result run(String... arguments) throws InterruptedException {
    List<String> command = new ArrayList<>(List.of("python3"));
    command.addAll(List.of(arguments));
    try {
      Process python = new ProcessBuilder(command).redirectErrorStream(true).start();
      String out = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Result(python.waitFor(), out);
    } catch (IOException e) {
      return new Result(-1, "no python3");
    }
  }

  private static CheckpointWriter create(
      Path target, Checkpoint template, Collection<TensorSpec> tensors) {
    return new Onnx().like(template).create(target, tensors, Map.of(), Durability.CACHED);
  }

  private static CheckpointWriter limited(Path target, Checkpoint template, long mostBytes) {
    return new OnnxWriter(
        target,
        (OnnxCheckpoint) template,
        template.tensors().values(),
        Durability.CACHED,
        mostBytes);
  }

  private static void write(Path target, Checkpoint template, Checkpoint weights) {
    try (CheckpointWriter writer = create(target, template, weights.tensors().values())) {
      fill(writer, weights);
      writer.commit();
    }
  }

  private static void fill(CheckpointWriter writer, Checkpoint weights) {
    for (String name : weights.tensors().keySet()) {
      byte[] bytes = weights.tensor(name).data().toArray(ValueLayout.JAVA_BYTE);
      writer.write(name, 0, ByteBuffer.wrap(bytes));
    }
  }

  private static byte[] replace(byte[] in, byte[] before, byte[] after) {
    byte[] out = in.clone();
    int at = 0;
    while (!Arrays.equals(in, at, at + before.length, before, 0, before.length)) {
      at++;
    }
    System.arraycopy(after, 0, out, at, after.length);
    return out;
  }
}
