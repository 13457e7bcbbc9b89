package dev.stockpot.merge;

import dev.stockpot.checkpoint.Elements;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The loops of a [DoubleTile], written so that the compiler makes vectors of them.
final class DoubleLoops {
  /// The bits of numbers, read from their array as from memory: only so does the compiler make
  /// vectors of it. A loop may read one such array, and write that or one of longs.
  private static final ValueLayout.OfLong BITS = ValueLayout.JAVA_LONG_UNALIGNED;

  private DoubleLoops() {}

  static void product(double a, double[] x, int from, int n, double[] out) {
    for (int i = from; i < from + n; i++) {
      out[i] = a * x[i];
    }
  }

  static void difference(double[] x, double[] y, int n, double[] out) {
    for (int i = 0; i < n; i++) {
      out[i] = x[i] - y[i];
    }
  }

  static void add(double[] x, int n, double[] out) {
    for (int i = 0; i < n; i++) {
      out[i] += x[i];
    }
  }

  static void addProduct(double a, double[] x, int from, int n, double[] out) {
    for (int i = from; i < from + n; i++) {
      out[i] += a * x[i];
    }
  }

  static void scale(double a, double b, int n, double[] out) {
    for (int i = 0; i < n; i++) {
      out[i] = b * (a * out[i]);
    }
  }

  static void multiply(double[] x, int n, double[] out) {
    for (int i = 0; i < n; i++) {
      out[i] *= x[i];
    }
  }

  static void raise(double least, int n, double[] out) {
    for (int i = 0; i < n; i++) {
      out[i] = Math.max(out[i], least);
    }
  }

  static void nearness(double t, double least, double[] x, double[] y, int n, double[] out) {
    for (int i = 0; i < n; i++) {
      double a = t / Math.max(Math.abs(x[i] - y[i]), least);
      out[i] = Math.max(0, Math.min(1, a));
    }
  }

  static void blend(double[] x, double[] y, int n, double[] out) {
    for (int i = 0; i < n; i++) {
      double a = out[i];
      out[i] = a * x[i] + (1 - a) * y[i];
    }
  }

  static void divide(double d, int n, double[] out) {
    for (int i = 0; i < n; i++) {
      out[i] /= d;
    }
  }

  // What follows has no branches that depend on the elements: half of them would be mispredicted.

  /// The sign of a number, where 0 and −0 count as positive.
  static void elect(int n, double[] out) {
    for (int i = 0; i < n; i++) {
      double sign = Math.signum(out[i]);
      out[i] = sign + (1 - Math.abs(sign));
    }
  }

  static void addAgreeing(double a, double[] x, double[] signs, int n, double[] out) {
    for (int i = 0; i < n; i++) {
      out[i] += a * Math.max(x[i] * signs[i], 0);
    }
  }

  static void addAgreeing(
      double a, double[] x, double weight, double[] signs, int n, double[] out, double[] weights) {
    for (int i = 0; i < n; i++) {
      double agreeing = Math.max(x[i] * signs[i], 0);
      out[i] += a * agreeing;
      weights[i] += weight * Math.signum(agreeing);
    }
  }

  /// Multiplies by 1 or 0.
  static void select(long[] chosen, int n, double[] out) {
    for (int i = 0; i < n; i++) {
      out[i] *= (double) chosen[i];
    }
  }

  /// The same, then by `a`, then by `b`.
  static void select(int[] chosen, double a, double b, int n, double[] out) {
    for (int i = 0; i < n; i++) {
      out[i] = b * (a * (out[i] * chosen[i]));
    }
  }

  /// Divides, but not by 0.
  static void divide(double[] d, int n, double[] out) {
    for (int i = 0; i < n; i++) {
      out[i] /= d[i] + (1 - Math.abs(Math.signum(d[i])));
    }
  }

  static void addTo(double[] x, int n, double[] sums) {
    for (int i = 0; i < n; i++) {
      sums[i] += x[i];
    }
  }

  static void addSquaredDistances(double[] x, double[] means, int n, double[] sums) {
    for (int i = 0; i < n; i++) {
      double distance = x[i] - means[i];
      sums[i] += distance * distance;
    }
  }

  static void eraseWhereZero(double[] x, int n, double[] out) {
    for (int i = 0; i < n; i++) {
      out[i] *= Math.abs(Math.signum(x[i]));
    }
  }

  static void addProducts(double[] x, double[] y, int from, int n, double[] sums) {
    for (int j = 0; j < n; j++) {
      sums[j] += x[from + j] * y[from + j];
    }
  }

  static void addMagnitudes(double[] x, int from, int n, double[] sums) {
    for (int j = 0; j < n; j++) {
      sums[j] += Math.abs(x[from + j]);
    }
  }

  static int above(double[] x, int n, long last) {
    MemorySegment numbers = MemorySegment.ofArray(x);
    long above = 0;
    for (int i = 0; i < n; i++) {
      above += (last - (numbers.get(BITS, 8L * i) & Long.MAX_VALUE)) >>> 63;
    }
    return (int) above;
  }

  static int equal(double[] x, int n, long key) {
    MemorySegment numbers = MemorySegment.ofArray(x);
    long equal = 0;
    for (int i = 0; i < n; i++) {
      equal += (((numbers.get(BITS, 8L * i) & Long.MAX_VALUE) ^ key) - 1) >>> 63;
    }
    return (int) equal;
  }

  static void keys(double[] x, int n, long[] keys) {
    MemorySegment numbers = MemorySegment.ofArray(x);
    for (int i = 0; i < n; i++) {
      keys[i] = numbers.get(BITS, 8L * i) & Long.MAX_VALUE;
    }
  }

  /// Negative where the key of an element of a whole tile is from `low` to `last` and not the
  /// guess.
  static void inside(double[] x, long low, long last, long guess, long[] inside) {
    MemorySegment numbers = MemorySegment.ofArray(x);
    // Without a guess every key is another.
    long unlike = guess < 0 ? -1 : 0;
    for (int i = 0; i < Elements.TILE; i++) {
      long key = numbers.get(BITS, 8L * i) & Long.MAX_VALUE;
      inside[i] = ~(key - low) & ~(last - key) & (-(key ^ guess) | unlike);
    }
  }

  /// Has bit `r` of column `j` tell whether number `j + 256·r` of a whole tile is negative.
  static void columns(long[] x) {
    for (int j = 0; j < Tile.LANES; j++) {
      x[j] =
          x[j] >>> 63
              | (x[j + 256] >>> 63) << 1
              | (x[j + 512] >>> 63) << 2
              | (x[j + 768] >>> 63) << 3
              | (x[j + 1024] >>> 63) << 4
              | (x[j + 1280] >>> 63) << 5
              | (x[j + 1536] >>> 63) << 6
              | (x[j + 1792] >>> 63) << 7;
    }
  }

  /// The columns that are not 0; returns how many there are.
  static int nonzero(long[] x, int[] columns) {
    int n = 0;
    for (int j = 0; j < Tile.LANES; j++) {
      columns[n] = j;
      n += (int) (-x[j] >>> 63);
    }
    return n;
  }

  /// Erases finite elements whose key is below `least`: what times 0 is, of the same sign.
  static void eraseFinite(double[] x, int n, long least) {
    MemorySegment numbers = MemorySegment.ofArray(x);
    for (int i = 0; i < n; i++) {
      long bits = numbers.get(BITS, 8L * i);
      long kept = (least - 1 - (bits & Long.MAX_VALUE)) >> 63;
      numbers.set(BITS, 8L * i, bits & (kept | Long.MIN_VALUE));
    }
  }

  /// Turns keys into 1 where they are at least so large, else 0.
  static void atLeast(long[] keys, int n, long least) {
    for (int i = 0; i < n; i++) {
      keys[i] = (least - 1 - keys[i]) >>> 63;
    }
  }

  /// Turns keys into 1 where they are above the cut, or are among the first that equal it.
  static void quota(long[] keys, int n, long cut, int quota) {
    int left = quota;
    for (int i = 0; i < n; i++) {
      keys[i] = keys[i] > cut || (keys[i] == cut && --left >= 0) ? 1 : 0;
    }
  }

  static void invert(long[] chosen, int n) {
    for (int i = 0; i < n; i++) {
      chosen[i] = 1 - chosen[i];
    }
  }
}
