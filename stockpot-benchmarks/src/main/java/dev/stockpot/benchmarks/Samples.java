package dev.stockpot.benchmarks;

import dev.stockpot.checkpoint.Elements;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;

/// Seeded weights to work on, about N(0, 0.02²).
final class Samples {
  /// Elements per stretch that a merge reads at once: 32 tiles.
  static final int CHUNK = 32 * Elements.TILE;

  private Samples() {}

  /// Unrounded values.
  static double[] doubles(int n, int seed) {
    return new SplittableRandom(seed).doubles(n).map(u -> 0.02 * (4 * u - 2)).toArray();
  }

  /// Values of float32.
  static float[] floats(int n, int seed) {
    double[] doubles = doubles(n, seed);
    float[] floats = new float[n];
    for (int i = 0; i < n; i++) {
      floats[i] = (float) doubles[i];
    }
    return floats;
  }

  /// A chunk of stored elements.
  static MemorySegment chunk(Format format, int seed) {
    MemorySegment stored = empty(format);
    Elements elements = new Elements();
    for (int tile = 0; tile < CHUNK / Elements.TILE; tile++) {
      float[] values = floats(Elements.TILE, CHUNK * seed + tile);
      long offset = (long) tile * Elements.TILE * format.bytes();
      elements.fromFloats(format.dtype(), values, Elements.TILE, stored, offset);
    }
    return stored;
  }

  /// Room for a chunk.
  static MemorySegment empty(Format format) {
    return Arena.ofAuto().allocate((long) CHUNK * format.bytes(), 64);
  }

  /// @throws AssertionError unless both are the same number
  static void check(double expected, double actual, String what) {
    if (Double.compare(expected, actual) != 0) {
      throw new AssertionError(what + " is " + actual + " instead of " + expected);
    }
  }
}
