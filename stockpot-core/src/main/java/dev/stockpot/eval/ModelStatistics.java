package dev.stockpot.eval;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// What was measured of a model, as a checkpoint of float32.
public final class ModelStatistics {
  private static final int CHUNK = 1 << 16;

  private ModelStatistics() {}

  /// Some examples of a set, in ascending order.
  ///
  /// @param count at least 1; all if there are no more
  public static int[] examples(int size, int count, long seed) {
    return IntStream.of(Recalibration.order(size, seed)).limit(count).sorted().toArray();
  }

  /// A row for every float tensor of a model, of its name and shape; 0 where nothing was measured,
  /// as for buffers.
  public static List<TensorSpec> like(Checkpoint weights) {
    return weights.tensors().values().stream()
        .filter(tensor -> tensor.dtype().isFloat())
        .map(tensor -> tensor.withDType(DType.F32))
        .toList();
  }

  /// A matrix `[in, in]` by the name of every linear layer's weight.
  ///
  /// @param sums of float64, as [LinearGrams#of] gives
  public static List<TensorSpec> grams(Map<String, MemorySegment> sums) {
    return sums.entrySet().stream()
        .map(sum -> {
          long width = LinearGrams.width(sum.getValue());
          return new TensorSpec(sum.getKey(), DType.F32, List.of(width, width));
        })
        .toList();
  }

  /// Writes a checkpoint, whole or not at all.
  ///
  /// @param values float64 by name, as many as the tensor has elements
  public static void write(
      Path file, List<TensorSpec> specs, Map<String, MemorySegment> values, Durability durability) {
    CheckpointFormat format = Checkpoints.formatOf(file);
    try (CheckpointWriter writer = format.create(file, specs, Map.of(), durability)) {
      ByteBuffer chunk = ByteBuffer.allocateDirect(4 * CHUNK).order(ByteOrder.LITTLE_ENDIAN);
      for (TensorSpec spec : specs) {
        MemorySegment measured = values.get(spec.name());
        for (long at = 0; at < spec.elements(); at += CHUNK) {
          chunk.clear();
          for (long i = at; i < Math.min(at + CHUNK, spec.elements()); i++) {
            chunk.putFloat(
                measured == null ? 0 : (float) measured.getAtIndex(ValueLayout.JAVA_DOUBLE, i));
          }
          writer.write(spec.name(), 4 * at, chunk.flip());
        }
      }
      writer.commit();
    }
  }
}
