package dev.stockpot.merge;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.Elements;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// A tile in float64: when any input is F32 or F64.
final class DoubleTile extends Tile {
  private double[] values = {};

  /// For what lies in the middle of a long tile.
  private double[] aside = {};

  private long[] bits = {};
  private double[] lanes = {};
  private int[] chosen = {};

  @Override
  void reserve(int n) {
    if (values.length < n) {
      values = new double[Math.max(n, Elements.TILE)];
    }
  }

  @Override
  void widen(Elements elements, DType dtype, MemorySegment source, long offset, int at, int n) {
    if (at == 0) {
      elements.toDoubles(dtype, source, offset, n, values);
    } else {
      elements.toDoubles(dtype, source, offset, n, aside());
      System.arraycopy(aside, 0, values, at, n);
    }
  }

  @Override
  boolean narrow(Elements elements, DType dtype, int at, int n, MemorySegment target, long offset) {
    if (at == 0) {
      return elements.fromDoubles(dtype, values, n, target, offset);
    }
    System.arraycopy(values, at, aside(), 0, n);
    return elements.fromDoubles(dtype, aside, n, target, offset);
  }

  @Override
  public double at(int i) {
    return values[i];
  }

  @Override
  public void put(int i, double value) {
    values[i] = value;
  }

  @Override
  public void fill(double value) {
    Arrays.fill(values, 0, length(), value);
  }

  @Override
  public void copy(Tile x) {
    System.arraycopy(of(x), 0, values, 0, length());
  }

  @Override
  public void product(double a, Tile x, int from, int n) {
    product(a, of(x), from, n, values);
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
    addProduct(a, of(x), from, n, values);
  }

  @Override
  public void multiply(Tile x) {
    multiply(of(x), length(), values);
  }

  @Override
  public void raise(double least) {
    raise(least, length(), values);
  }

  @Override
  public void nearness(double t, double least, Tile x, Tile y) {
    nearness(t, least, of(x), of(y), length(), values);
  }

  @Override
  public void blend(Tile x, Tile y) {
    blend(of(x), of(y), length(), values);
  }

  @Override
  int small(double limit) {
    int count = 0;
    for (int i = 0; i < length(); i++) {
      double magnitude = Math.abs(values[i]);
      count += magnitude > 0 && magnitude <= limit ? 1 : 0;
    }
    return count;
  }

  @Override
  public void scale(double a) {
    product(a, values, 0, length(), values);
  }

  @Override
  void quotient(double d) {
    divide(d, length(), values);
  }

  @Override
  public void divide(Tile d) {
    divide(of(d), ((DoubleTile) d).bits(), length(), values);
  }

  @Override
  public void elect(Tile signs, double weight, Tile weights) {
    long[] sign = ((DoubleTile) signs).bits();
    agreement(sign, bits(), length());
    select(bits, length(), values);
    addProduct(weight, bits, length(), of(weights));
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
    return Double.doubleToRawLongBits(values[i]) & Long.MAX_VALUE;
  }

  @Override
  public void count(KeyCounts counts) {
    long[] keys = keys();
    long end = counts.low() + ((long) counts.bins().length << counts.shift());
    // An end beyond the largest key has gone round.
    long last = end <= 0 ? Long.MAX_VALUE : end - 1;
    counts.above()[0] += above(keys, length(), last);
    countInside(keys, length(), counts.low(), last, counts.shift(), counts.bins());
  }

  @Override
  public int count(long key) {
    return equal(keys(), length(), key);
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
    long[] above = above(cut, quota);
    invert(above, length());
    select(above, length(), values);
  }

  /// 1 for elements whose key is above the cut and for the first `quota` that equal it, else 0.
  private long[] above(long cut, int quota) {
    long[] keys = keys();
    if (quota > 0 && quota < length()) {
      quota(keys, length(), cut, quota);
    } else {
      // Keys from `least` on: with all that equal the cut, or none of them.
      long least = quota == 0 && cut < Long.MAX_VALUE ? cut + 1 : cut;
      atLeast(keys, length(), least);
    }
    return keys;
  }

  private double[] aside() {
    if (aside.length == 0) {
      aside = new double[Elements.TILE];
    }
    return aside;
  }

  /// The bits of every element.
  private long[] bits() {
    if (bits.length < values.length) {
      bits = new long[values.length];
    }
    long bytes = (long) length() * Double.BYTES;
    MemorySegment.copy(MemorySegment.ofArray(values), 0, MemorySegment.ofArray(bits), 0, bytes);
    return bits;
  }

  /// The key of every element.
  private long[] keys() {
    long[] keys = bits();
    for (int i = 0; i < length(); i++) {
      keys[i] &= Long.MAX_VALUE;
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
    if (chosen.length < values.length) {
      chosen = new int[values.length];
    }
    return chosen;
  }

  private static double[] of(Tile x) {
    return ((DoubleTile) x).values;
  }

  private static void product(double a, double[] x, int from, int n, double[] out) {
    for (int i = from; i < from + n; i++) {
      out[i] = a * x[i];
    }
  }

  private static void difference(double[] x, double[] y, int n, double[] out) {
    for (int i = 0; i < n; i++) {
      out[i] = x[i] - y[i];
    }
  }

  private static void add(double[] x, int n, double[] out) {
    for (int i = 0; i < n; i++) {
      out[i] += x[i];
    }
  }

  private static void addProduct(double a, double[] x, int from, int n, double[] out) {
    for (int i = from; i < from + n; i++) {
      out[i] += a * x[i];
    }
  }

  private static void multiply(double[] x, int n, double[] out) {
    for (int i = 0; i < n; i++) {
      out[i] *= x[i];
    }
  }

  private static void raise(double least, int n, double[] out) {
    for (int i = 0; i < n; i++) {
      out[i] = Math.max(out[i], least);
    }
  }

  private static void nearness(
      double t, double least, double[] x, double[] y, int n, double[] out) {
    for (int i = 0; i < n; i++) {
      double a = t / Math.max(Math.abs(x[i] - y[i]), least);
      out[i] = Math.max(0, Math.min(1, a));
    }
  }

  private static void blend(double[] x, double[] y, int n, double[] out) {
    for (int i = 0; i < n; i++) {
      double a = out[i];
      out[i] = a * x[i] + (1 - a) * y[i];
    }
  }

  private static void divide(double d, int n, double[] out) {
    for (int i = 0; i < n; i++) {
      out[i] /= d;
    }
  }

  // What follows has no branches that depend on the elements: half of them would be mispredicted.

  /// Turns the bits of numbers into 1 where they have the sign, else 0; see [Tile#elect].
  private static void agreement(long[] signs, long[] x, int n) {
    for (int i = 0; i < n; i++) {
      long negativeSign = (signs[i] >>> 63) & nonzero(signs[i]);
      x[i] = nonzero(x[i]) & ~(negativeSign ^ (x[i] >>> 63));
    }
  }

  /// 1 unless it is the bits of a zero.
  private static long nonzero(long bits) {
    return ((bits & Long.MAX_VALUE) + Long.MAX_VALUE) >>> 63;
  }

  /// Multiplies by 1 or 0.
  private static void select(long[] chosen, int n, double[] out) {
    for (int i = 0; i < n; i++) {
      out[i] *= (double) chosen[i];
    }
  }

  private static void select(int[] chosen, int n, double[] out) {
    for (int i = 0; i < n; i++) {
      out[i] *= chosen[i];
    }
  }

  private static void addProduct(double a, long[] chosen, int n, double[] out) {
    for (int i = 0; i < n; i++) {
      out[i] += a * (double) chosen[i];
    }
  }

  private static void divide(double[] d, long[] bits, int n, double[] out) {
    for (int i = 0; i < n; i++) {
      out[i] /= d[i] + (double) (1 - nonzero(bits[i]));
    }
  }

  private static void addProducts(double[] x, double[] y, int from, int n, double[] sums) {
    for (int j = 0; j < n; j++) {
      sums[j] += x[from + j] * y[from + j];
    }
  }

  private static void addMagnitudes(double[] x, int from, int n, double[] sums) {
    for (int j = 0; j < n; j++) {
      sums[j] += Math.abs(x[from + j]);
    }
  }

  private static long above(long[] keys, int n, long last) {
    long above = 0;
    for (int i = 0; i < n; i++) {
      above += (last - keys[i]) >>> 63;
    }
    return above;
  }

  /// Few are inside a bracket, so this branch is predicted well; it is one, not two.
  private static void countInside(long[] keys, int n, long low, long last, int shift, long[] bins) {
    long range = last - low + 1;
    for (int i = 0; i < n; i++) {
      long distance = keys[i] - low;
      if (Long.compareUnsigned(distance, range) < 0) {
        bins[(int) (distance >>> shift)]++;
      }
    }
  }

  private static int equal(long[] keys, int n, long key) {
    long equal = 0;
    for (int i = 0; i < n; i++) {
      equal += ((keys[i] ^ key) - 1) >>> 63;
    }
    return (int) equal;
  }

  /// Turns keys into 1 where they are at least so large, else 0.
  private static void atLeast(long[] keys, int n, long least) {
    for (int i = 0; i < n; i++) {
      keys[i] = (least - 1 - keys[i]) >>> 63;
    }
  }

  /// Turns keys into 1 where they are above the cut, or are among the first that equal it.
  private static void quota(long[] keys, int n, long cut, int quota) {
    int left = quota;
    for (int i = 0; i < n; i++) {
      keys[i] = keys[i] > cut || (keys[i] == cut && --left >= 0) ? 1 : 0;
    }
  }

  private static void invert(long[] chosen, int n) {
    for (int i = 0; i < n; i++) {
      chosen[i] = 1 - chosen[i];
    }
  }
}
