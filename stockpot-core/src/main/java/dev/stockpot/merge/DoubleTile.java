package dev.stockpot.merge;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.Elements;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// A tile in float64: when any input is F32 or F64.
final class DoubleTile extends Tile {
  /// The bits of numbers, read from their array as from memory: only so does the compiler make
  /// vectors of it. A loop may read one such array, and write that or one of longs.
  private static final ValueLayout.OfLong BITS = ValueLayout.JAVA_LONG_UNALIGNED;

  /// From these bits on a magnitude is infinite or NaN.
  private static final long INFINITE = 0x7FF0_0000_0000_0000L;

  private double[] values = {};

  /// For what lies in the middle of a long tile.
  private double[] aside = {};

  private long[] bits = {};
  private double[] lanes = {};
  private final int[] places = new int[LANES];
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
  public void sumOfAgreeing(double[] a, Tile[] x, Tile signs, double[] weights, Tile sumOfWeights) {
    fill(-0.0); // which leaves whatever is added as it is
    sumOfWeights.fill(0);
    long[] sign = ((DoubleTile) signs).bits();
    long[] agree = room();
    for (int k = 0; k < x.length; k++) {
      agreement(sign, of(x[k]), length(), agree);
      addChosen(agree, a[k], of(x[k]), length(), values, weights[k], of(sumOfWeights));
    }
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
  public int count(KeyCounts counts) {
    long low = counts.low();
    long last = counts.last(Long.MAX_VALUE);
    long guess = counts.guess();
    int ofGuess = guess < 0 ? 0 : equal(values, length(), guess);
    counts.put(ofGuess, above(values, length(), last));
    if (length() == Elements.TILE) {
      countInside(low, last, guess, counts);
    } else {
      for (int i = 0; i < length(); i++) {
        long key = key(i);
        if (key >= low && key <= last && key != guess) {
          counts.put(key);
        }
      }
    }
    return ofGuess;
  }

  /// Counts the keys of a whole tile that are in the bins and not the guess. These are few, and
  /// where they are cannot be predicted: so they are found without a branch for each element.
  private void countInside(long low, long last, long guess, KeyCounts counts) {
    long[] inside = room();
    inside(values, low, last, guess, inside);
    columns(inside);
    int n = nonzero(inside, places);
    for (int i = 0; i < n; i++) {
      int column = places[i];
      int rows = (int) inside[column];
      do {
        counts.put(key(column + LANES * Integer.numberOfTrailingZeros(rows)));
        rows &= rows - 1;
      } while (rows != 0);
    }
  }

  @Override
  public int count(long key) {
    return equal(values, length(), key);
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
    boolean all = quota == 0 || quota >= length();
    long least = quota == 0 && cut < Long.MAX_VALUE ? cut + 1 : cut;
    if (all && least <= INFINITE) {
      eraseFinite(values, length(), least);
    } else {
      select(above(cut, quota), length(), values);
    }
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

  /// Room for a number for every element.
  private long[] room() {
    if (bits.length < values.length) {
      bits = new long[values.length];
    }
    return bits;
  }

  /// The bits of every element.
  private long[] bits() {
    room();
    long bytes = (long) length() * Double.BYTES;
    MemorySegment.copy(MemorySegment.ofArray(values), 0, MemorySegment.ofArray(bits), 0, bytes);
    return bits;
  }

  /// The key of every element.
  private long[] keys() {
    long[] keys = room();
    keys(values, length(), keys);
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

  /// 1 where a number has the sign, else 0; see [Tile#sumOfAgreeing].
  private static void agreement(long[] signs, double[] x, int n, long[] agree) {
    MemorySegment numbers = MemorySegment.ofArray(x);
    for (int i = 0; i < n; i++) {
      long negativeSign = (signs[i] >>> 63) & nonzero(signs[i]);
      long bits = numbers.get(BITS, 8L * i);
      agree[i] = nonzero(bits) & ~(negativeSign ^ (bits >>> 63));
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

  private static void addChosen(
      long[] chosen, double a, double[] x, int n, double[] out, double weight, double[] weights) {
    for (int i = 0; i < n; i++) {
      double one = (double) chosen[i];
      out[i] += a * (x[i] * one);
      weights[i] += weight * one;
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

  private static int above(double[] x, int n, long last) {
    MemorySegment numbers = MemorySegment.ofArray(x);
    long above = 0;
    for (int i = 0; i < n; i++) {
      above += (last - (numbers.get(BITS, 8L * i) & Long.MAX_VALUE)) >>> 63;
    }
    return (int) above;
  }

  private static int equal(double[] x, int n, long key) {
    MemorySegment numbers = MemorySegment.ofArray(x);
    long equal = 0;
    for (int i = 0; i < n; i++) {
      equal += (((numbers.get(BITS, 8L * i) & Long.MAX_VALUE) ^ key) - 1) >>> 63;
    }
    return (int) equal;
  }

  private static void keys(double[] x, int n, long[] keys) {
    MemorySegment numbers = MemorySegment.ofArray(x);
    for (int i = 0; i < n; i++) {
      keys[i] = numbers.get(BITS, 8L * i) & Long.MAX_VALUE;
    }
  }

  /// Negative where the key of an element of a whole tile is from `low` to `last` and not the
  /// guess.
  private static void inside(double[] x, long low, long last, long guess, long[] inside) {
    MemorySegment numbers = MemorySegment.ofArray(x);
    // Without a guess every key is another.
    long unlike = guess < 0 ? -1 : 0;
    for (int i = 0; i < Elements.TILE; i++) {
      long key = numbers.get(BITS, 8L * i) & Long.MAX_VALUE;
      inside[i] = ~(key - low) & ~(last - key) & (-(key ^ guess) | unlike);
    }
  }

  /// Has bit `r` of column `j` tell whether number `j + 256·r` of a whole tile is negative.
  private static void columns(long[] x) {
    for (int j = 0; j < LANES; j++) {
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
  private static int nonzero(long[] x, int[] columns) {
    int n = 0;
    for (int j = 0; j < LANES; j++) {
      columns[n] = j;
      n += (int) (-x[j] >>> 63);
    }
    return n;
  }

  /// Erases finite elements whose key is below `least`: what times 0 is, of the same sign.
  private static void eraseFinite(double[] x, int n, long least) {
    MemorySegment numbers = MemorySegment.ofArray(x);
    for (int i = 0; i < n; i++) {
      long bits = numbers.get(BITS, 8L * i);
      long kept = (least - 1 - (bits & Long.MAX_VALUE)) >> 63;
      numbers.set(BITS, 8L * i, bits & (kept | Long.MIN_VALUE));
    }
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
