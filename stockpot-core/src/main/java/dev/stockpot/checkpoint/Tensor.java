package dev.stockpot.checkpoint;

import java.lang.foreign.MemorySegment;

/// A tensor in memory: little-endian elements in C order.
///
/// @param spec name, type and shape
/// @param data read-only, `spec.bytes()` long, at any alignment (use the `_UNALIGNED` layouts);
///   valid until its checkpoint is closed
public record Tensor(TensorSpec spec, MemorySegment data) {

  /// @throws IllegalArgumentException if the data is not as long as the spec says
  public Tensor {
    if (data.byteSize() != spec.bytes()) {
      throw new IllegalArgumentException(
          "tensor '" + spec.name() + "': " + data.byteSize() + " bytes instead of " + spec.bytes());
    }
    data = data.asReadOnly();
  }
}
