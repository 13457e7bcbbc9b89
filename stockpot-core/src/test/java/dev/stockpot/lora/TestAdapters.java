package dev.stockpot.lora;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.ElementReader;
import dev.stockpot.checkpoint.Elements;
import dev.stockpot.checkpoint.TensorSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Small bases and adapters in a folder.
final class TestAdapters {
  /// What NumPy made; see the README there.
  static final Path GOLDEN = Path.of("src", "test", "resources", "lora");

  private TestAdapters() {}

  /// A tensor with its values, which are rounded to its type.
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Filled(DType dtype, List<Long> shape, double[] values) {
    TensorSpec spec(String name) {
      return new TensorSpec(name, dtype, shape);
    }
  }

  static Filled filled(DType dtype, List<Long> shape, double... values) {
    return new Filled(dtype, shape, values);
  }

  static Filled random(DType dtype, long seed, long... shape) {
    List<Long> sizes = Arrays.stream(shape).boxed().toList();
    long count = sizes.stream().reduce(1L, (a, b) -> a * b);
    return new Filled(
        dtype, sizes, new Random(seed).doubles(count, -1, 1).map(it -> it * it * it).toArray());
  }

  static Path write(Path file, Map<String, Filled> tensors) {
    List<TensorSpec> specs =
        tensors.entrySet().stream().map(each -> each.getValue().spec(each.getKey())).toList();
    try (CheckpointWriter writer = Checkpoints.create(file, specs, Map.of(), Durability.CACHED)) {
      tensors.forEach((name, tensor) -> writer.write(name, 0, bytes(tensor)));
      writer.commit();
    }
    return file;
  }

  /// An adapter's folder.
  static Path adapter(Path folder, String config, Map<String, Filled> tensors) {
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve(AdapterConfig.FILE), config);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    write(folder.resolve("adapter_model.safetensors"), tensors);
    return folder;
  }

  /// A LoRA of one linear module `fc`.
  static Map<String, Filled> linear(Filled a, Filled b) {
    Map<String, Filled> tensors = new LinkedHashMap<>();
    tensors.put("base_model.model.fc.lora_A.weight", a);
    tensors.put("base_model.model.fc.lora_B.weight", b);
    return tensors;
  }

  static String config(int rank, double alpha) {
    return "{\"peft_type\": \"LORA\", \"r\": %d, \"lora_alpha\": %s}".formatted(rank, alpha);
  }

  static double[] numbers(Checkpoint checkpoint, String name) {
    TensorSpec spec = checkpoint.tensors().get(name);
    double[] values = new double[(int) spec.elements()];
    new ElementReader().read(checkpoint, spec, 0, values.length, values, 0);
    return values;
  }

  static byte[] bytes(Checkpoint checkpoint, String name) {
    ByteBuffer bytes = ByteBuffer.allocate((int) checkpoint.tensors().get(name).bytes());
    checkpoint.read(name, 0, bytes);
    return bytes.array();
  }

  private static ByteBuffer bytes(Filled tensor) {
    byte[] bytes = new byte[tensor.values.length * tensor.dtype.bytes()];
    Elements elements = new Elements();
    for (int at = 0; at < tensor.values.length; at += Elements.TILE) {
      int n = Math.min(Elements.TILE, tensor.values.length - at);
      elements.fromDoubles(
          tensor.dtype,
          Arrays.copyOfRange(tensor.values, at, at + n),
          n,
          MemorySegment.ofArray(bytes),
          (long) at * tensor.dtype.bytes());
    }
    return ByteBuffer.wrap(bytes);
  }
}
