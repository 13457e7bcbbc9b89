package dev.stockpot.onnxruntime;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.Elements;
import java.lang.foreign.MemorySegment;

/// Copies floats into a wider type that holds every one of them exactly.
final class Widening {
  private Widening() {}

  /// Whether every value of one float type is one of the other, too.
  static boolean isExact(DType from, DType to) {
    return from.isFloat() && to.isFloat() && DType.widest(from, to) == to;
  }

  /// Converts elements.
  ///
  /// @param source little-endian, as checkpoints hold them
  /// @param target as many elements, little-endian
  /// @throws IllegalArgumentException unless [#isExact]
  static void copy(MemorySegment source, DType from, MemorySegment target, DType to) {
    if (!isExact(from, to)) {
      throw new IllegalArgumentException(from + " does not fit into " + to);
    }
    Elements elements = new Elements();
    double[] tile = new double[Elements.TILE];
    long count = source.byteSize() / from.bytes();
    for (long i = 0; i < count; i += tile.length) {
      int n = (int) Math.min(tile.length, count - i);
      elements.toDoubles(from, source, i * from.bytes(), n, tile);
      elements.fromDoubles(to, tile, n, target, i * to.bytes());
    }
  }
}
