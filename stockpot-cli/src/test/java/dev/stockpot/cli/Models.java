package dev.stockpot.cli;

import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Writes small models.
final class Models {
  private Models() {}

  /// Tensors of F32, by name; the target's name decides the format.
  static void write(Path target, Map<String, float[]> tensors) {
    List<TensorSpec> specs =
        tensors.entrySet().stream()
            .map(entry ->
                new TensorSpec(entry.getKey(), DType.F32, List.of((long) entry.getValue().length)))
            .toList();
    try (CheckpointWriter writer = Checkpoints.create(target, specs, Map.of(), Durability.CACHED)) {
      tensors.forEach((name, values) -> {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        writer.write(name, 0, bytes);
      });
      writer.commit();
    }
  }

  static float[] values(float... values) {
    return values;
  }
}
