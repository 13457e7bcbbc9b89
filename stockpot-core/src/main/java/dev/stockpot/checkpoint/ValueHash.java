package dev.stockpot.checkpoint;

import java.util.List;

/// A hash of a float tensor's values and where they are. It can be had of the transposed tensor
/// while reading the tensor as it lies, since the order of the sum does not matter.
///
/// Values count as numbers: the same ones in a wider type have the same hash.
final class ValueHash {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private final ElementReader reader = new ElementReader();

  /// Of a tensor's values in C order.
  long of(Checkpoint checkpoint, TensorSpec spec) {
    return of(checkpoint, spec, spec.elements(), 1);
  }

  /// Of the values of a matrix, transposed, in C order.
  long ofTransposed(Checkpoint checkpoint, TensorSpec spec) {
    List<Long> shape = spec.shape();
    return of(checkpoint, spec, shape.getLast(), shape.getFirst());
  }

  /// @param columns after which the place goes back, one further than it began
  /// @param step from column to column
  private long of(Checkpoint checkpoint, TensorSpec spec, long columns, long step) {
    long hash = spec.elements();
    long row = 0;
    long column = 0;
    for (long at = 0; at < spec.elements(); at += Elements.TILE) {
      int n = reader.tile(checkpoint, spec, at);
      double[] values = reader.reals();
      for (int i = 0; i < n; i++) {
        // Adding 0 makes the two zeros one.
        hash += mix(Double.doubleToLongBits(values[i] + 0.0) + (row + column * step) * GOLDEN);
        column++;
        if (column == columns) {
          column = 0;
          row++;
        }
      }
    }
    return hash;
  }

  /// Spreads every bit over all: the last steps of SplitMix64.
  ///
  /// @see <a href="https://doi.org/10.1145/2714064.2660195">Steele, Lea and Flood 2014</a>
  private static long mix(long bits) {
    long z = bits * GOLDEN;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
