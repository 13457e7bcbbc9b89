package dev.stockpot.checkpoint;

import java.lang.foreign.MemorySegment;

/// Copies floats into a wider type that holds every one of them exactly.
public final class Widening {
  private Widening() {}

  /// Whether every value of one float type is one of the other, too.
  public static boolean isExact(DType from, DType to) {
    return from.isFloat() && to.isFloat() && DType.widest(from, to) == to;
  }

  /// Converts elements, a tile at a time.
  ///
  /// @param source little-endian, as checkpoints hold them
  /// @param target as many elements, little-endian
  /// @throws IllegalArgumentException unless [#isExact]
  public static void copy(MemorySegment source, DType from, MemorySegment target, DType to) {
    if (!isExact(from, to)) {
      throw new IllegalArgumentException(from + " does not fit into " + to);
    }
    if (from == to) {
      target.copyFrom(source);
      return;
    }
    Elements elements = new Elements();
    float[] tile = new float[Elements.TILE];
    long count = source.byteSize() / from.bytes();
    for (long at = 0; at < count; at += Elements.TILE) {
      int n = (int) Math.min(Elements.TILE, count - at);
      elements.toFloats(from, source, at * from.bytes(), n, tile);
      elements.fromFloats(to, tile, n, target, at * to.bytes());
    }
  }
}
