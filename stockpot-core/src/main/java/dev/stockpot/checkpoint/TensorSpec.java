package dev.stockpot.checkpoint;

import java.util.List;
import java.util.Objects;

/// What a checkpoint says of one tensor.
///
/// @param name unique within its checkpoint
/// @param dtype element type
/// @param shape sizes per dimension, outermost first, each at least 0; empty for a scalar
public record TensorSpec(String name, DType dtype, List<Long> shape) {

  /// @throws IllegalArgumentException for a negative dimension, or elements that do not fill whole
  ///   bytes
  /// @throws ArithmeticException if the size in bits overflows a long
  public TensorSpec {
    Objects.requireNonNull(name);
    Objects.requireNonNull(dtype);
    shape = List.copyOf(shape);
    if (bits(dtype, shape) % 8 != 0) {
      throw new IllegalArgumentException(dtype + " " + shape + " does not fill whole bytes");
    }
  }

  /// Number of elements: the product of the shape, 1 for a scalar.
  public long elements() {
    return elements(shape);
  }

  /// Size in bytes.
  public long bytes() {
    return bits(dtype, shape) / 8;
  }

  /// The same tensor with other elements.
  public TensorSpec withDType(DType other) {
    return new TensorSpec(name, other, shape);
  }

  private static long bits(DType dtype, List<Long> shape) {
    return Math.multiplyExact(elements(shape), (long) dtype.bits());
  }

  private static long elements(List<Long> shape) {
    // A zero anywhere makes the tensor empty, whatever the other sizes would multiply to.
    long product = 1;
    boolean empty = false;
    for (long size : shape) {
      if (size < 0) {
        throw new IllegalArgumentException("negative dimension in shape " + shape);
      }
      empty |= size == 0;
    }
    for (long size : shape) {
      product = empty ? 0 : Math.multiplyExact(product, size);
    }
    return product;
  }
}
