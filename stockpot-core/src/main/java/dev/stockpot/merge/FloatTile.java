package dev.stockpot.merge;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.Elements;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// A tile in float32: when all inputs are 16 bits or narrower.
final class FloatTile extends Tile {
  private float[] values = {};

  /// For what lies in the middle of a long tile.
  private float[] aside = {};

  private int[] bits = {};
  private double[] lanes = {};

  @Override
  void reserve(int n) {
    if (values.length < n) {
      values = new float[Math.max(n, Elements.TILE)];
    }
  }

  @Override
  void widen(Elements elements, DType dtype, MemorySegment source, long offset, int at, int n) {
    if (at == 0) {
      elements.toFloats(dtype, source, offset, n, values);
    } else {
      elements.toFloats(dtype, source, offset, n, aside());
      System.arraycopy(aside, 0, values, at, n);
    }
  }

  @Override
  boolean narrow(Elements elements, DType dtype, int at, int n, MemorySegment target, long offset) {
    if (at == 0) {
      return elements.fromFloats(dtype, values, n, target, offset);
    }
    System.arraycopy(values, at, aside(), 0, n);
    return elements.fromFloats(dtype, aside, n, target, offset);
  }

  @Override
  public double at(int i) {
    return values[i];
  }

  @Override
  public void put(int i, double value) {
    values[i] = (float) value;
  }

  @Override
  public void fill(double value) {
    Arrays.fill(values, 0, length(), (float) value);
  }

  @Override
  public void copy(Tile x) {
    System.arraycopy(of(x), 0, values, 0, length());
  }

  @Override
  public void product(double a, Tile x, int from, int n) {
    product((float) a, of(x), from, n, values);
  }

  @Override
  public void difference(Tile x, Tile y) {
    difference(of(x), of(y), length(), values);
  }

  @Override
  public void add(Tile x) {
    add(of(x), length(), values);
  }

  @Override
  public void addProduct(double a, Tile x, int from, int n) {
    addProduct((float) a, of(x), from, n, values);
  }

  @Override
  public void multiply(Tile x) {
    multiply(of(x), length(), values);
  }

  @Override
  public void raise(double least) {
    raise((float) least, length(), values);
  }

  @Override
  public void nearness(double t, double least, Tile x, Tile y) {
    nearness((float) t, (float) least, of(x), of(y), length(), values);
  }

  @Override
  public void blend(Tile x, Tile y) {
    blend(of(x), of(y), length(), values);
  }

  @Override
  int small(double limit) {
    int count = 0;
    for (int i = 0; i < length(); i++) {
      float magnitude = Math.abs(values[i]);
      count += magnitude > 0 && magnitude <= limit ? 1 : 0;
    }
    return count;
  }

  @Override
  public void scale(double a) {
    product((float) a, values, 0, length(), values);
  }

  @Override
  void quotient(double d) {
    divide((float) d, length(), values);
  }

  @Override
  public void divide(Tile d) {
    divide(of(d), ((FloatTile) d).bits(), length(), values);
  }

  @Override
  public void elect(Tile signs, double weight, Tile weights) {
    int[] sign = ((FloatTile) signs).bits();
    agreement(sign, bits(), length());
    select(bits, length(), values);
    addProduct((float) weight, bits, length(), of(weights));
  }

  @Override
  public double dot(Tile x, int from, int n) {
    double[] sums = lanes(n);
    for (int at = 0; at < n; at += LANES) {
      addProducts(values, of(x), from + at, Math.min(LANES, n - at), sums);
    }
    return sum(sums, n);
  }

  @Override
  public double sumOfMagnitudes() {
    double[] sums = lanes(length());
    for (int at = 0; at < length(); at += LANES) {
      addMagnitudes(values, at, Math.min(LANES, length() - at), sums);
    }
    double sum = sum(sums, length());
    return Double.isFinite(sum) ? sum : finiteMagnitudes();
  }

  @Override
  public long key(int i) {
    return Float.floatToRawIntBits(values[i]) & Integer.MAX_VALUE;
  }

  @Override
  public void count(KeyCounts counts) {
    int[] keys = keys();
    long end = counts.low() + ((long) counts.bins().length << counts.shift());
    // An end beyond the largest key may have gone round.
    long last = end <= 0 || end > Integer.MAX_VALUE ? Integer.MAX_VALUE : end - 1;
    counts.above()[0] += above(keys, length(), (int) last);
    countInside(keys, length(), (int) counts.low(), (int) last, counts.shift(), counts.bins());
  }

  @Override
  public int count(long key) {
    return key > Integer.MAX_VALUE ? 0 : equal(keys(), length(), (int) key);
  }

  @Override
  public void drop(long stream, long from, double kept) {
    int[] chosen = chosen();
    RandomBits.choose(stream, from, length(), kept, chosen);
    select(chosen, length(), values);
  }

  @Override
  public void erase(int i) {
    values[i] *= 0;
  }

  @Override
  public void eraseBelow(long cut, int quota) {
    select(above(cut, quota), length(), values);
  }

  @Override
  public void eraseAbove(long cut, int quota) {
    int[] above = above(cut, quota);
    invert(above, length());
    select(above, length(), values);
  }

  /// 1 for elements whose key is above the cut and for the first `quota` that equal it, else 0.
  private int[] above(long cut, int quota) {
    int[] keys = keys();
    if (quota > 0 && quota < length()) {
      quota(keys, length(), cut, quota);
    } else {
      // Keys from `least` on: with all that equal the cut, or none of them.
      long least = quota == 0 && cut < Integer.MAX_VALUE ? cut + 1 : cut;
      atLeast(keys, length(), (int) Math.min(least, Integer.MAX_VALUE));
    }
    return keys;
  }

  private float[] aside() {
    if (aside.length == 0) {
      aside = new float[Elements.TILE];
    }
    return aside;
  }

  /// The bits of every element.
  private int[] bits() {
    if (bits.length < values.length) {
      bits = new int[values.length];
    }
    long bytes = (long) length() * Float.BYTES;
    MemorySegment.copy(MemorySegment.ofArray(values), 0, MemorySegment.ofArray(bits), 0, bytes);
    return bits;
  }

  /// The key of every element.
  private int[] keys() {
    int[] keys = bits();
    for (int i = 0; i < length(); i++) {
      keys[i] &= Integer.MAX_VALUE;
    }
    return keys;
  }

  private double[] lanes(int n) {
    if (lanes.length == 0) {
      lanes = new double[LANES];
    }
    Arrays.fill(lanes, 0, Math.min(n, LANES), 0);
    return lanes;
  }

  private int[] chosen() {
    if (bits.length < values.length) {
      bits = new int[values.length];
    }
    return bits;
  }

  private static float[] of(Tile x) {
    return ((FloatTile) x).values;
  }

  private static void product(float a, float[] x, int from, int n, float[] out) {
    for (int i = from; i < from + n; i++) {
      out[i] = a * x[i];
    }
  }

  private static void difference(float[] x, float[] y, int n, float[] out) {
    for (int i = 0; i < n; i++) {
      out[i] = x[i] - y[i];
    }
  }

  private static void add(float[] x, int n, float[] out) {
    for (int i = 0; i < n; i++) {
      out[i] += x[i];
    }
  }

  private static void addProduct(float a, float[] x, int from, int n, float[] out) {
    for (int i = from; i < from + n; i++) {
      out[i] += a * x[i];
    }
  }

  private static void multiply(float[] x, int n, float[] out) {
    for (int i = 0; i < n; i++) {
      out[i] *= x[i];
    }
  }

  private static void raise(float least, int n, float[] out) {
    for (int i = 0; i < n; i++) {
      out[i] = Math.max(out[i], least);
    }
  }

  private static void nearness(float t, float least, float[] x, float[] y, int n, float[] out) {
    for (int i = 0; i < n; i++) {
      float a = t / Math.max(Math.abs(x[i] - y[i]), least);
      out[i] = Math.max(0, Math.min(1, a));
    }
  }

  private static void blend(float[] x, float[] y, int n, float[] out) {
    for (int i = 0; i < n; i++) {
      float a = out[i];
      out[i] = a * x[i] + (1 - a) * y[i];
    }
  }

  private static void divide(float d, int n, float[] out) {
    for (int i = 0; i < n; i++) {
      out[i] /= d;
    }
  }

  // What follows has no branches that depend on the elements: half of them would be mispredicted.

  /// Turns the bits of numbers into 1 where they have the sign, else 0; see [Tile#elect].
  private static void agreement(int[] signs, int[] x, int n) {
    for (int i = 0; i < n; i++) {
      int negativeSign = (signs[i] >>> 31) & nonzero(signs[i]);
      x[i] = nonzero(x[i]) & ~(negativeSign ^ (x[i] >>> 31));
    }
  }

  /// 1 unless it is the bits of a zero.
  private static int nonzero(int bits) {
    return ((bits & Integer.MAX_VALUE) + Integer.MAX_VALUE) >>> 31;
  }

  /// Multiplies by 1 or 0.
  private static void select(int[] chosen, int n, float[] out) {
    for (int i = 0; i < n; i++) {
      out[i] *= (float) chosen[i];
    }
  }

  private static void addProduct(float a, int[] chosen, int n, float[] out) {
    for (int i = 0; i < n; i++) {
      out[i] += a * (float) chosen[i];
    }
  }

  private static void divide(float[] d, int[] bits, int n, float[] out) {
    for (int i = 0; i < n; i++) {
      out[i] /= d[i] + (float) (1 - nonzero(bits[i]));
    }
  }

  private static void addProducts(float[] x, float[] y, int from, int n, double[] sums) {
    for (int j = 0; j < n; j++) {
      sums[j] += (double) x[from + j] * y[from + j];
    }
  }

  private static void addMagnitudes(float[] x, int from, int n, double[] sums) {
    for (int j = 0; j < n; j++) {
      sums[j] += Math.abs(x[from + j]);
    }
  }

  private static long above(int[] keys, int n, int last) {
    int above = 0;
    for (int i = 0; i < n; i++) {
      above += (last - keys[i]) >>> 31;
    }
    return above;
  }

  /// Few are inside a bracket, so this branch is predicted well; it is one, not two.
  private static void countInside(int[] keys, int n, int low, int last, int shift, long[] bins) {
    int range = last - low + 1;
    for (int i = 0; i < n; i++) {
      int distance = keys[i] - low;
      if (Integer.compareUnsigned(distance, range) < 0) {
        bins[distance >>> shift]++;
      }
    }
  }

  private static int equal(int[] keys, int n, int key) {
    int equal = 0;
    for (int i = 0; i < n; i++) {
      equal += ((keys[i] ^ key) - 1) >>> 31;
    }
    return equal;
  }

  /// Turns keys into 1 where they are at least so large, else 0.
  private static void atLeast(int[] keys, int n, int least) {
    for (int i = 0; i < n; i++) {
      keys[i] = (least - 1 - keys[i]) >>> 31;
    }
  }

  /// Turns keys into 1 where they are above the cut, or are among the first that equal it.
  private static void quota(int[] keys, int n, long cut, int quota) {
    int left = quota;
    for (int i = 0; i < n; i++) {
      keys[i] = keys[i] > cut || (keys[i] == cut && --left >= 0) ? 1 : 0;
    }
  }

  private static void invert(int[] chosen, int n) {
    for (int i = 0; i < n; i++) {
      chosen[i] = 1 - chosen[i];
    }
  }
}
