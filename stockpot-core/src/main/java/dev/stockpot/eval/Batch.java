package dev.stockpot.eval;

import dev.stockpot.checkpoint.DType;
import java.nio.ByteBuffer;
import java.util.List;

/// Inputs for a model.
///
/// @param dtype element type
/// @param shape the number of examples first
/// @param data direct, in native order; valid until the next batch is made
public record Batch(DType dtype, List<Long> shape, ByteBuffer data) {
  public Batch {
    shape = List.copyOf(shape);
  }

  /// Number of examples.
  public int size() {
    return Math.toIntExact(shape.getFirst());
  }
}
