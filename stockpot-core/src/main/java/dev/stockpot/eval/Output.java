package dev.stockpot.eval;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/// What a network gives for a batch.
///
/// @param shape the number of examples first
/// @param values float32 in native order
public record Output(List<Long> shape, MemorySegment values) {

  /// @throws IllegalArgumentException if the values do not fill the shape
  public Output {
    shape = List.copyOf(shape);
    long elements = shape.stream().reduce(1L, Math::multiplyExact);
    if (values.byteSize() != 4 * elements) {
      throw new IllegalArgumentException(values.byteSize() + " bytes for an output of " + shape);
    }
    values = values.asReadOnly();
  }

  /// One value, counted from the first in C order.
  public float at(long index) {
    return values.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, index);
  }
}
