package dev.stockpot.onnxruntime;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Builds small checkpoints for tests.
final class Weights {
  private final Map<TensorSpec, byte[]> tensors = new LinkedHashMap<>();

  Weights with(String name, DType dtype, List<Long> shape, byte[] data) {
    tensors.put(new TensorSpec(name, dtype, shape), data);
    return this;
  }

  /// A tensor of zeros.
  Weights with(String name, DType dtype, List<Long> shape) {
    TensorSpec spec = new TensorSpec(name, dtype, shape);
    return with(name, dtype, shape, new byte[Math.toIntExact(spec.bytes())]);
  }

  /// Writes `weights.safetensors` and opens it.
  Checkpoint open(Path folder) {
    Path path = folder.resolve("weights.safetensors");
    try (CheckpointWriter writer =
        Checkpoints.create(path, tensors.keySet(), Map.of(), Durability.CACHED)) {
      tensors.forEach((spec, data) -> writer.write(spec.name(), 0, ByteBuffer.wrap(data)));
      writer.commit();
    }
    return Checkpoints.open(path);
  }
}
