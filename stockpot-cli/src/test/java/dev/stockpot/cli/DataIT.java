package dev.stockpot.cli;

import static dev.stockpot.cli.StockpotProcess.stockpot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.cli.StockpotProcess.Result;
import dev.stockpot.onnx.OnnxModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every kind of data, through the command.
class DataIT {
  private static final Path ROOT = Path.of(System.getProperty("stockpot.root"));

  @TempDir private Path folder;

  @Test
  void mnistsFormatGivesWhatNumPysGives() throws Exception {
    Path digits = ROOT.resolve("examples/digits").toAbsolutePath().normalize();
    byte[] x = npyData(digits.resolve("data/test-x.npy"));
    int count = x.length / 64;
    ByteBuffer images = ByteBuffer.allocate(16 + x.length);
    images.putInt(0x0803).putInt(count).putInt(8).putInt(8).put(x);
    byte[] y = npyData(digits.resolve("data/test-y.npy"));
    int labelBytes = y.length / count;
    ByteBuffer labels = ByteBuffer.allocate(8 + count).putInt(0x0801).putInt(count);
    for (int i = 0; i < count; i++) {
      labels.put(y[i * labelBytes]);
    }
    Files.write(folder.resolve("labels.idx"), labels.array());
    try (OutputStream out =
        new GZIPOutputStream(Files.newOutputStream(folder.resolve("images.idx.gz")))) {
      out.write(images.array());
    }
    eval(
        """
        evaluator: {onnx: %1$s/model.onnx}
        input: {layout: nchw, scale: 16}
        data:
          select: {x: images.idx.gz, y: labels.idx}
          report:
            npy: {x: %1$s/data/test-x.npy, y: %1$s/data/test-y.npy}
        """
            .formatted(digits));
    List<Double> found = accuracies(digits.resolve("base.safetensors"));
    assertThat(found).hasSize(2);
    assertThat(found.getFirst()).isEqualTo(found.getLast()).isGreaterThan(0.5);
  }

  @Test
  void imagesAreReadAndBadOnesLeftOutIfSo() throws Exception {
    for (int i = 0; i < 5; i++) {
      image("val/1-red/%d.png".formatted(i), 255, 0);
      image("val/0-blue/%d.PNG".formatted(i), 0, 255);
    }
    image("val/1-red/wrong.png", 0, 255);
    // Pixels at [channel, row, column]; the class of red is 1, that of blue 0.
    float[] weights = new float[3 * 4 * 4 * 2];
    for (int pixel = 0; pixel < 16; pixel++) {
      weights[2 * pixel + 1] = 1;
      weights[2 * (32 + pixel)] = 1;
    }
    new OnnxModel()
        .node("Flatten", List.of("x"), "flat")
        .node("MatMul", List.of("flat", "w"), "logits")
        .initializer("w", OnnxModel.FLOAT, List.of(48L, 2L), OnnxModel.floats(weights))
        .input("x", OnnxModel.FLOAT, -1, 3, 4, 4)
        .output("logits", OnnxModel.FLOAT, -1, 2)
        .write(folder);
    Path candidate = checkpoint(List.of(48L, 2L), weights);
    eval(
        """
        evaluator: {onnx: model.onnx}
        input: {layout: nchw, resize: 6, crop: 4, interpolation: bicubic, scale: 255}
        data:
          select: {images: val}
        """);
    assertThat(accuracies(candidate)).containsExactly(10 / 11.0);

    Path bad = folder.resolve("val/0-blue/bad.jpg");
    Files.write(bad, new byte[] {1, 2, 3, 4});
    String fault =
        bad + ": begins with 01 02 03 04, so it is neither JPEG nor PNG; save it as one of these";
    Result refused = evaluate(candidate);
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err())
        .contains(
            "set 'select': "
                + fault
                + "; or leave bad files out with skip-bad: true or --skip-bad");
    Result skipping = evaluate(candidate, "--skip-bad");
    assertThat(skipping.err())
        .contains(
            "set 'select': 1 of 12 images left out since they cannot be read; the first: " + fault);
    assertThat(accuracies(skipping)).containsExactly(10 / 11.0);
  }

  @Test
  void tablesAreRead() throws Exception {
    new OnnxModel()
        .node("MatMul", List.of("x", "w"), "logits")
        .initializer("w", OnnxModel.FLOAT, List.of(2L, 2L), OnnxModel.floats(1, 0, 0, 1))
        .input("x", OnnxModel.FLOAT, -1, 2)
        .output("logits", OnnxModel.FLOAT, -1, 2)
        .write(folder);
    Files.writeString(folder.resolve("t.csv"), "a,b,y\n1,2,1\n3,2,0\n3,2,1\n");
    Files.writeString(
        folder.resolve("t.jsonl"),
        "{\"a\": 1, \"b\": 2, \"y\": \"v\"}\n{\"a\": 3, \"b\": 2, \"y\": \"u\"}\n");
    Path parquet = resource("stockpot-duckdb", "duckdb/small.parquet");
    eval(
        """
        evaluator: {onnx: model.onnx}
        data:
          select: {table: t.csv, features: [a, b], label: y}
          report:
            lines: {table: t.jsonl, features: [a, b], label: y, classes: [u, v]}
            parquet: {table: %s, features: ['b "q"', 'b "q"'], label: label, classes: [dog, "cat, é😀"]}
        """
            .formatted(parquet));
    assertThat(accuracies(checkpoint(List.of(2L, 2L), 1, 0, 0, 1)))
        .containsExactly(2 / 3.0, 1.0, 2 / 3.0);
  }

  @Test
  void textGoesThroughTheTokenizer() throws Exception {
    // Whether 'models' (91) is among the tokens.
    float[] embeddings = new float[150 * 2];
    embeddings[2 * 91 + 1] = 1;
    new OnnxModel()
        .node("Gather", List.of("w", "input_ids"), "embedded")
        .node("ReduceSum", List.of("embedded", "axis"), "summed")
        .node("Squeeze", List.of("summed", "axis"), "squeezed")
        .node("Add", List.of("squeezed", "bias"), "logits")
        .initializer("w", OnnxModel.FLOAT, List.of(150L, 2L), OnnxModel.floats(embeddings))
        .initializer("axis", OnnxModel.INT64, List.of(1L), OnnxModel.longs(1))
        .initializer("bias", OnnxModel.FLOAT, List.of(2L), OnnxModel.floats(0.5f, 0))
        .input("input_ids", OnnxModel.INT64, -1, -1)
        .output("logits", OnnxModel.FLOAT, -1, 2)
        .write(folder);
    Files.writeString(
        folder.resolve("t.csv"),
        "s,t,label\nA soup of models,the lazy dog,yes\nthe lazy dog,a soup,no\nx,models,yes\n");
    eval(
        """
        evaluator: {onnx: model.onnx, constants: [bias]}
        data:
          select: {table: t.csv, text: [s, t], label: label, classes: [no, yes], tokenizer: %1$s, max-length: 16}
          report:
            first: {table: t.csv, text: s, label: label, classes: [no, yes], tokenizer: %1$s}
        """
            .formatted(resource("stockpot-tokenizers", "tokenizers/wordpiece.json"))
            .replace("[no, yes]", "['no', 'yes']"));
    assertThat(accuracies(checkpoint(List.of(150L, 2L), embeddings))).containsExactly(1.0, 2 / 3.0);
  }

  private void eval(String text) throws IOException {
    Files.writeString(folder.resolve("eval.yml"), text);
  }

  private Result evaluate(Path checkpoint, String... more) throws Exception {
    String[] words = {
      "evaluate", checkpoint.toString(), "--eval", folder.resolve("eval.yml").toString(), "--json"
    };
    return stockpot(
        folder, Stream.concat(Arrays.stream(words), Arrays.stream(more)).toArray(String[]::new));
  }

  private List<Double> accuracies(Path checkpoint) throws Exception {
    return accuracies(evaluate(checkpoint));
  }

  private static List<Double> accuracies(Result result) {
    assertThat(result.code()).as(result.err()).isZero();
    Matcher matcher = Pattern.compile("\"accuracy\":\\s*([0-9.]+)").matcher(result.out());
    return matcher.results().map(found -> Double.valueOf(found.group(1))).toList();
  }

  private Path checkpoint(List<Long> shape, float... values) {
    Path file = folder.resolve("candidate.safetensors");
    List<TensorSpec> specs = List.of(new TensorSpec("w", DType.F32, shape));
    try (CheckpointWriter writer = Checkpoints.create(file, specs, Map.of(), Durability.CACHED)) {
      writer.write("w", 0, ByteBuffer.wrap(OnnxModel.floats(values)));
      writer.commit();
    }
    return file;
  }

  /// A PNG of 12×9 pixels of one colour.
  private void image(String name, int red, int blue) throws IOException {
    byte[] pixels = new byte[9 * (1 + 12 * 3)];
    for (int y = 0; y < 9; y++) {
      for (int x = 0; x < 12; x++) {
        pixels[y * 37 + 1 + 3 * x] = (byte) red;
        pixels[y * 37 + 3 + 3 * x] = (byte) blue;
      }
    }
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflater = new DeflaterOutputStream(packed)) {
      deflater.write(pixels);
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    png.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    chunk(png, "IHDR", ByteBuffer.allocate(13).putInt(12).putInt(9).putInt(0x08020000).array());
    chunk(png, "IDAT", packed.toByteArray());
    chunk(png, "IEND", new byte[0]);
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, png.toByteArray());
  }

  private static void chunk(ByteArrayOutputStream png, String type, byte[] data) {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(name);
    crc.update(data);
    png.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
    png.writeBytes(name);
    png.writeBytes(data);
    png.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }

  private static Path resource(String module, String name) {
    return ROOT.resolve(module)
        .resolve("src/test/resources/dev/stockpot")
        .resolve(name)
        .toAbsolutePath()
        .normalize();
  }

  /// What follows the header of a version 1 file.
  private static byte[] npyData(Path file) throws IOException {
    byte[] all = Files.readAllBytes(file);
    int header = 10 + (all[8] & 0xff) + ((all[9] & 0xff) << 8);
    return Arrays.copyOfRange(all, header, all.length);
  }
}
