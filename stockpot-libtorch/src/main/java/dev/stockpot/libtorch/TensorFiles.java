package dev.stockpot.libtorch;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/// Writes memory of libtorch into checkpoints, and reads it back.
final class TensorFiles {
  private static final long CHUNK = 1L << 30;

  private TensorFiles() {}

  /// A tensor's own memory; as long as the tensor.
  ///
  /// @param bytes of it, which lie together
  @SuppressWarnings("restricted") // The launcher allows this module native access.
  static MemorySegment memory(Tensor tensor, long bytes) {
    try (PointerScope _ = new PointerScope()) {
      return bytes == 0
          ? MemorySegment.NULL
          : MemorySegment.ofAddress(tensor.data_ptr().address()).reinterpret(bytes);
    }
  }

  /// Writes a checkpoint, whole or not at all.
  ///
  /// @param memory of each tensor, by name
  static void write(
      Path file,
      List<TensorSpec> specs,
      Function<String, MemorySegment> memory,
      Map<String, String> metadata,
      Durability durability) {
    try (CheckpointWriter writer = Checkpoints.create(file, specs, metadata, durability)) {
      for (TensorSpec spec : specs) {
        MemorySegment data = memory.apply(spec.name());
        for (long at = 0; at < spec.bytes(); at += CHUNK) {
          long bytes = Math.min(CHUNK, spec.bytes() - at);
          writer.write(spec.name(), at, data.asSlice(at, bytes).asByteBuffer());
        }
      }
      writer.commit();
    }
  }

  /// Copies a tensor of a checkpoint.
  static void read(Checkpoint checkpoint, String name, MemorySegment target) {
    target.copyFrom(checkpoint.tensor(name).data());
  }
}
