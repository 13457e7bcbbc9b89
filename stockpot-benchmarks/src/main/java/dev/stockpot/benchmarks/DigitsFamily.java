package dev.stockpot.benchmarks;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Many small classifiers, the bundled one each a little off, and sets of many examples, the
/// bundled ones with noise. The same arguments give the same bytes.
///
/// @param digits `examples/digits`
/// @param models how many
/// @param examples of each of the two sets
record DigitsFamily(Path digits, int models, int examples) {
  private static final float DRIFT = 0.02f;
  private static final List<String> SETS = List.of("select", "test");

  /// Pixels are 0 to 16.
  private static final int PIXELS = 64;

  private static final int BRIGHTEST = 16;

  /// Writes models and data into a folder.
  void write(Path folder) throws IOException {
    try (Checkpoint base = Checkpoints.open(digits.resolve("ft-08.safetensors"))) {
      for (int model = 0; model < models; model++) {
        write(base, model, folder.resolve("ft-%03d.safetensors".formatted(model)));
      }
    }
    for (String set : SETS) {
      write(set, folder);
    }
  }

  /// A soup.yml of the first models.
  Path soup(Path folder, int count) throws IOException {
    String ingredients =
        IntStream.range(0, count)
            .mapToObj("ft-%03d.safetensors"::formatted)
            .collect(Collectors.joining(", "));
    String soup =
        """
        ingredients: [%s]
        evaluator: {onnx: %s}
        input: {layout: nchw, scale: 16}
        data:
          select: {x: select-x.npy, y: select-y.npy}
          report: {test: {x: test-x.npy, y: test-y.npy}}
        recipes: [best, uniform, greedy]
        """
            .formatted(ingredients, digits.resolve("model.onnx").toAbsolutePath());
    return Files.writeString(folder.resolve("soup-" + count + ".yml"), soup);
  }

  private static void write(Checkpoint base, int model, Path file) {
    List<TensorSpec> tensors = List.copyOf(base.tensors().values());
    SplittableRandom random = new SplittableRandom(model);
    try (CheckpointWriter writer =
        Checkpoints.create(file, tensors, Map.of("format", "pt"), Durability.CACHED)) {
      for (TensorSpec tensor : tensors) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(tensor.bytes()));
        MemorySegment values = MemorySegment.ofBuffer(bytes);
        values.copyFrom(base.tensor(tensor.name()).data());
        for (int i = 0; tensor.dtype() == DType.F32 && i < tensor.elements(); i++) {
          float value = values.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i);
          float off = (float) (DRIFT * random.nextGaussian());
          values.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, value + off);
        }
        writer.write(tensor.name(), 0, bytes);
      }
      writer.commit();
    }
  }

  private void write(String set, Path folder) throws IOException {
    byte[] x = Files.readAllBytes(digits.resolve("data/" + set + "-x.npy"));
    byte[] y = Files.readAllBytes(digits.resolve("data/" + set + "-y.npy"));
    int labelBytes = 8;
    int known = (y.length - header(y)) / labelBytes;
    SplittableRandom random = new SplittableRandom(set.hashCode());
    try (OutputStream inputs = Files.newOutputStream(folder.resolve(set + "-x.npy"));
        OutputStream labels = Files.newOutputStream(folder.resolve(set + "-y.npy"))) {
      inputs.write(header("|u1", examples + ", 8, 8, 1"));
      labels.write(header("<i8", examples + ","));
      for (int example = 0; example < examples; example++) {
        int from = random.nextInt(known);
        byte[] pixels = new byte[PIXELS];
        for (int i = 0; i < PIXELS; i++) {
          int pixel = x[header(x) + from * PIXELS + i] + random.nextInt(-2, 3);
          pixels[i] = (byte) Math.clamp(pixel, 0, BRIGHTEST);
        }
        inputs.write(pixels);
        labels.write(y, header(y) + from * labelBytes, labelBytes);
      }
    }
  }

  /// Length of a header of version 1.
  private static int header(byte[] npy) {
    return 10 + Byte.toUnsignedInt(npy[8]) + 256 * Byte.toUnsignedInt(npy[9]);
  }

  /// What a `.npy` file begins with.
  static byte[] header(String type, String shape) {
    String words =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }".formatted(type, shape);
    String padded = words + " ".repeat(117 - words.length()) + "\n";
    byte[] bytes =
        ("\u0093NUMPY\u0001\u0000v\u0000" + padded).getBytes(StandardCharsets.ISO_8859_1);
    if (bytes.length != 128) {
      throw new AssertionError(bytes.length);
    }
    return bytes;
  }
}
