package dev.stockpot.merge;

import dev.stockpot.checkpoint.Elements;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The loops of a [FloatTile], written so that the compiler makes vectors of them.
final class FloatLoops {
  /// The bits of numbers, read from their array as from memory: only so does the compiler make
  /// vectors of it. A loop may read one such array, and write that or one of ints.
  private static final ValueLayout.OfInt BITS = ValueLayout.JAVA_INT_UNALIGNED;

  private FloatLoops() {}

  static void product(float a, float[] x, int from, int n, float[] out) {
    for (int i = from; i < from + n; i++) {
      out[i] = a * x[i];
    }
  }

  static void difference(float[] x, float[] y, int n, float[] out) {
    for (int i = 0; i < n; i++) {
      out[i] = x[i] - y[i];
    }
  }

  static void add(float[] x, int n, float[] out) {
    for (int i = 0; i < n; i++) {
      out[i] += x[i];
    }
  }

  static void addProduct(float a, float[] x, int from, int n, float[] out) {
    for (int i = from; i < from + n; i++) {
      out[i] += a * x[i];
    }
  }

  static void scale(float a, float b, int n, float[] out) {
    for (int i = 0; i < n; i++) {
      out[i] = b * (a * out[i]);
    }
  }

  static void multiply(float[] x, int n, float[] out) {
    for (int i = 0; i < n; i++) {
      out[i] *= x[i];
    }
  }

  static void raise(float least, int n, float[] out) {
    for (int i = 0; i < n; i++) {
      out[i] = Math.max(out[i], least);
    }
  }

  static void nearness(float t, float least, float[] x, float[] y, int n, float[] out) {
    for (int i = 0; i < n; i++) {
      float a = t / Math.max(Math.abs(x[i] - y[i]), least);
      out[i] = Math.max(0, Math.min(1, a));
    }
  }

  static void blend(float[] x, float[] y, int n, float[] out) {
    for (int i = 0; i < n; i++) {
      float a = out[i];
      out[i] = a * x[i] + (1 - a) * y[i];
    }
  }

  static void divide(float d, int n, float[] out) {
    for (int i = 0; i < n; i++) {
      out[i] /= d;
    }
  }

  // What follows has no branches that depend on the elements: half of them would be mispredicted.

  /// The sign of a number, where 0 and −0 count as positive.
  static void elect(int n, float[] out) {
    for (int i = 0; i < n; i++) {
      float sign = Math.signum(out[i]);
      out[i] = sign + (1 - Math.abs(sign));
    }
  }

  static void addAgreeing(float a, float[] x, float[] signs, int n, float[] out) {
    for (int i = 0; i < n; i++) {
      out[i] += a * Math.max(x[i] * signs[i], 0);
    }
  }

  static void addAgreeing(
      float a, float[] x, float b, float[] y, float[] signs, int n, float[] out) {
    for (int i = 0; i < n; i++) {
      out[i] = out[i] + a * Math.max(x[i] * signs[i], 0) + b * Math.max(y[i] * signs[i], 0);
    }
  }

  static void addAgreeing(
      float a, float[] x, float weight, float[] signs, int n, float[] out, float[] weights) {
    for (int i = 0; i < n; i++) {
      float one = x[i] * signs[i];
      float agrees = positive(one);
      out[i] += a * (one * agrees);
      weights[i] += weight * agrees;
    }
  }

  static void addAgreeing(
      float a,
      float[] x,
      float weightOfX,
      float b,
      float[] y,
      float weightOfY,
      float[] signs,
      int n,
      float[] out,
      float[] weights) {
    for (int i = 0; i < n; i++) {
      float one = x[i] * signs[i];
      float other = y[i] * signs[i];
      float agrees = positive(one);
      float otherAgrees = positive(other);
      out[i] = out[i] + a * (one * agrees) + b * (other * otherAgrees);
      weights[i] = weights[i] + weightOfX * agrees + weightOfY * otherAgrees;
    }
  }

  /// 1 where a number is above 0, else 0.
  private static float positive(float x) {
    float sign = Math.signum(x);
    return 0.5f * (sign + Math.abs(sign));
  }

  /// Multiplies by 1 or 0, then by `a`, then by `b`.
  static void select(int[] chosen, float a, float b, int n, float[] out) {
    for (int i = 0; i < n; i++) {
      out[i] = b * (a * (out[i] * (float) chosen[i]));
    }
  }

  /// Divides, but not by 0.
  static void divide(float[] d, int n, float[] out) {
    for (int i = 0; i < n; i++) {
      out[i] /= d[i] + (1 - Math.abs(Math.signum(d[i])));
    }
  }

  static void round(double[] x, int n, float[] out) {
    for (int i = 0; i < n; i++) {
      out[i] = (float) x[i];
    }
  }

  static void addTo(float[] x, int n, double[] sums) {
    for (int i = 0; i < n; i++) {
      sums[i] += x[i];
    }
  }

  static void addSquaredDistances(float[] x, double[] means, int n, double[] sums) {
    for (int i = 0; i < n; i++) {
      double distance = x[i] - means[i];
      sums[i] += distance * distance;
    }
  }

  static void eraseWhereZero(float[] x, int n, float[] out) {
    for (int i = 0; i < n; i++) {
      out[i] *= Math.abs(Math.signum(x[i]));
    }
  }

  static void addProducts(float[] x, float[] y, int from, int n, double[] sums) {
    for (int j = 0; j < n; j++) {
      sums[j] += (double) x[from + j] * y[from + j];
    }
  }

  static void addMagnitudes(float[] x, int from, int n, double[] sums) {
    for (int j = 0; j < n; j++) {
      sums[j] += Math.abs(x[from + j]);
    }
  }

  /// The same in the same order for four times [Tile#LANES] elements: each sum is read and written
  /// once instead of four times.
  static void addMagnitudesOfFour(float[] x, int from, double[] sums) {
    for (int j = 0; j < Tile.LANES; j++) {
      sums[j] =
          sums[j]
              + Math.abs(x[from + j])
              + Math.abs(x[from + j + 256])
              + Math.abs(x[from + j + 512])
              + Math.abs(x[from + j + 768]);
    }
  }

  /// How many keys are above `last`, in the upper half, and how many equal `key`, in the lower.
  static long aboveAndEqual(float[] x, int n, int last, int key) {
    MemorySegment numbers = MemorySegment.ofArray(x);
    int above = 0;
    int equal = 0;
    for (int i = 0; i < n; i++) {
      int other = numbers.get(BITS, 4L * i) & Integer.MAX_VALUE;
      above += (last - other) >>> 31;
      equal += ((other ^ key) - 1) >>> 31;
    }
    return ((long) above << 32) | equal;
  }

  static int equal(float[] x, int n, int key) {
    MemorySegment numbers = MemorySegment.ofArray(x);
    int equal = 0;
    for (int i = 0; i < n; i++) {
      equal += (((numbers.get(BITS, 4L * i) & Integer.MAX_VALUE) ^ key) - 1) >>> 31;
    }
    return equal;
  }

  static void keys(float[] x, int n, int[] keys) {
    MemorySegment numbers = MemorySegment.ofArray(x);
    for (int i = 0; i < n; i++) {
      keys[i] = numbers.get(BITS, 4L * i) & Integer.MAX_VALUE;
    }
  }

  /// Negative where the key of an element of a whole tile is from `low` to `last` and not the
  /// guess.
  static void inside(float[] x, int low, int last, int guess, int[] inside) {
    MemorySegment numbers = MemorySegment.ofArray(x);
    // Without a guess every key is another.
    int unlike = guess < 0 ? -1 : 0;
    for (int i = 0; i < Elements.TILE; i++) {
      int key = numbers.get(BITS, 4L * i) & Integer.MAX_VALUE;
      inside[i] = ~(key - low) & ~(last - key) & (-(key ^ guess) | unlike);
    }
  }

  /// Has bit `r` of column `j` tell whether number `j + 256·r` of a whole tile is negative.
  static void columns(int[] x) {
    for (int j = 0; j < Tile.LANES; j++) {
      x[j] =
          x[j] >>> 31
              | (x[j + 256] >>> 31) << 1
              | (x[j + 512] >>> 31) << 2
              | (x[j + 768] >>> 31) << 3
              | (x[j + 1024] >>> 31) << 4
              | (x[j + 1280] >>> 31) << 5
              | (x[j + 1536] >>> 31) << 6
              | (x[j + 1792] >>> 31) << 7;
    }
  }

  /// The columns that are not 0; returns how many there are.
  static int nonzero(int[] x, int[] columns) {
    int n = 0;
    for (int j = 0; j < Tile.LANES; j++) {
      columns[n] = j;
      n += (-x[j] >>> 31);
    }
    return n;
  }

  /// Erases finite elements whose key is below `least`: what times 0 is, of the same sign.
  static void eraseFinite(float[] x, int n, int least) {
    MemorySegment numbers = MemorySegment.ofArray(x);
    for (int i = 0; i < n; i++) {
      int bits = numbers.get(BITS, 4L * i);
      int kept = (least - 1 - (bits & Integer.MAX_VALUE)) >> 31;
      numbers.set(BITS, 4L * i, bits & (kept | Integer.MIN_VALUE));
    }
  }

  /// Turns keys into 1 where they are at least so large, else 0.
  static void atLeast(int[] keys, int n, int least) {
    for (int i = 0; i < n; i++) {
      keys[i] = (least - 1 - keys[i]) >>> 31;
    }
  }

  /// Turns keys into 1 where they are above the cut, or are among the first that equal it.
  static void quota(int[] keys, int n, long cut, int quota) {
    int left = quota;
    for (int i = 0; i < n; i++) {
      keys[i] = keys[i] > cut || (keys[i] == cut && --left >= 0) ? 1 : 0;
    }
  }

  static void invert(int[] chosen, int n) {
    for (int i = 0; i < n; i++) {
      chosen[i] = 1 - chosen[i];
    }
  }
}
