package dev.stockpot.merge;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.Elements;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// A tile in float32: when all inputs are 16 bits or narrower.
final class FloatTile extends Tile {
  /// The bits of numbers, read from their array as from memory: only so does the compiler make
  /// vectors of it. A loop may read one such array, and write that or one of ints.
  private static final ValueLayout.OfInt BITS = ValueLayout.JAVA_INT_UNALIGNED;

  /// From these bits on a magnitude is infinite or NaN.
  private static final int INFINITE = 0x7F80_0000;

  private float[] values = {};

  /// For what lies in the middle of a long tile.
  private float[] aside = {};

  private int[] bits = {};
  private double[] lanes = {};
  private final int[] places = new int[LANES];

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
  public void sumOfAgreeing(double[] a, Tile[] x, Tile signs, double[] weights, Tile sumOfWeights) {
    fill(-0.0); // which leaves whatever is added as it is
    sumOfWeights.fill(0);
    int[] sign = ((FloatTile) signs).bits();
    int[] agree = room();
    for (int k = 0; k < x.length; k++) {
      agreement(sign, of(x[k]), length(), agree);
      addChosen(
          agree, (float) a[k], of(x[k]), length(), values, (float) weights[k], of(sumOfWeights));
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
    return Float.floatToRawIntBits(values[i]) & Integer.MAX_VALUE;
  }

  @Override
  public int count(KeyCounts counts) {
    int low = (int) counts.low();
    int last = (int) counts.last(Integer.MAX_VALUE);
    int guess = (int) counts.guess();
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
  private void countInside(int low, int last, int guess, KeyCounts counts) {
    int[] inside = room();
    inside(values, low, last, guess, inside);
    columns(inside);
    int n = nonzero(inside, places);
    for (int i = 0; i < n; i++) {
      int column = places[i];
      int rows = inside[column];
      do {
        counts.put(key(column + LANES * Integer.numberOfTrailingZeros(rows)));
        rows &= rows - 1;
      } while (rows != 0);
    }
  }

  @Override
  public int count(long key) {
    return key > Integer.MAX_VALUE ? 0 : equal(values, length(), (int) key);
  }

  @Override
  public void drop(long stream, long from, double kept) {
    int[] chosen = room();
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
      eraseFinite(values, length(), (int) least);
    } else {
      select(above(cut, quota), length(), values);
    }
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

  /// Room for a number for every element.
  private int[] room() {
    if (bits.length < values.length) {
      bits = new int[values.length];
    }
    return bits;
  }

  /// The bits of every element.
  private int[] bits() {
    room();
    long bytes = (long) length() * Float.BYTES;
    MemorySegment.copy(MemorySegment.ofArray(values), 0, MemorySegment.ofArray(bits), 0, bytes);
    return bits;
  }

  /// The key of every element.
  private int[] keys() {
    int[] keys = room();
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

  /// 1 where a number has the sign, else 0; see [Tile#sumOfAgreeing].
  private static void agreement(int[] signs, float[] x, int n, int[] agree) {
    MemorySegment numbers = MemorySegment.ofArray(x);
    for (int i = 0; i < n; i++) {
      int negativeSign = (signs[i] >>> 31) & nonzero(signs[i]);
      int bits = numbers.get(BITS, 4L * i);
      agree[i] = nonzero(bits) & ~(negativeSign ^ (bits >>> 31));
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

  private static void addChosen(
      int[] chosen, float a, float[] x, int n, float[] out, float weight, float[] weights) {
    for (int i = 0; i < n; i++) {
      float one = (float) chosen[i];
      out[i] += a * (x[i] * one);
      weights[i] += weight * one;
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

  private static int above(float[] x, int n, int last) {
    MemorySegment numbers = MemorySegment.ofArray(x);
    int above = 0;
    for (int i = 0; i < n; i++) {
      above += (last - (numbers.get(BITS, 4L * i) & Integer.MAX_VALUE)) >>> 31;
    }
    return above;
  }

  private static int equal(float[] x, int n, int key) {
    MemorySegment numbers = MemorySegment.ofArray(x);
    int equal = 0;
    for (int i = 0; i < n; i++) {
      equal += (((numbers.get(BITS, 4L * i) & Integer.MAX_VALUE) ^ key) - 1) >>> 31;
    }
    return equal;
  }

  private static void keys(float[] x, int n, int[] keys) {
    MemorySegment numbers = MemorySegment.ofArray(x);
    for (int i = 0; i < n; i++) {
      keys[i] = numbers.get(BITS, 4L * i) & Integer.MAX_VALUE;
    }
  }

  /// Negative where the key of an element of a whole tile is from `low` to `last` and not the
  /// guess.
  private static void inside(float[] x, int low, int last, int guess, int[] inside) {
    MemorySegment numbers = MemorySegment.ofArray(x);
    // Without a guess every key is another.
    int unlike = guess < 0 ? -1 : 0;
    for (int i = 0; i < Elements.TILE; i++) {
      int key = numbers.get(BITS, 4L * i) & Integer.MAX_VALUE;
      inside[i] = ~(key - low) & ~(last - key) & (-(key ^ guess) | unlike);
    }
  }

  /// Has bit `r` of column `j` tell whether number `j + 256·r` of a whole tile is negative.
  private static void columns(int[] x) {
    for (int j = 0; j < LANES; j++) {
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
  private static int nonzero(int[] x, int[] columns) {
    int n = 0;
    for (int j = 0; j < LANES; j++) {
      columns[n] = j;
      n += (-x[j] >>> 31);
    }
    return n;
  }

  /// Erases finite elements whose key is below `least`: what times 0 is, of the same sign.
  private static void eraseFinite(float[] x, int n, int least) {
    MemorySegment numbers = MemorySegment.ofArray(x);
    for (int i = 0; i < n; i++) {
      int bits = numbers.get(BITS, 4L * i);
      int kept = (least - 1 - (bits & Integer.MAX_VALUE)) >> 31;
      numbers.set(BITS, 4L * i, bits & (kept | Integer.MIN_VALUE));
    }
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
