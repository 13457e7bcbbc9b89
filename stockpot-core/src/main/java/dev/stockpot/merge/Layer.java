package dev.stockpot.merge;

import dev.stockpot.checkpoint.TensorSpec;

/// One tensor of a merge, as a method sees it.
///
/// @param spec of the output
/// @param inputs number of inputs, all of that shape; the base is the first where a method has one
/// @param precision of the tiles
/// @param seed for random methods: depends on the user's seed and the tensor's name only
public record Layer(TensorSpec spec, int inputs, Precision precision, long seed) {

  /// Number of elements.
  public long elements() {
    return spec.elements();
  }

  /// Length of a row: the last dimension; 1 for a scalar.
  public long row() {
    return spec.shape().isEmpty() ? 1 : spec.shape().getLast();
  }
}
