package dev.stockpot.merge;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.Elements;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// A tile in float64: when any input is F32 or F64.
final class DoubleTile extends Tile {
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
    DoubleLoops.product(a, of(x), from, n, values);
  }

  @Override
  public void difference(Tile x, Tile y) {
    DoubleLoops.difference(of(x), of(y), length(), values);
  }

  @Override
  public void add(Tile x) {
    DoubleLoops.add(of(x), length(), values);
  }

  @Override
  public void addProduct(double a, Tile x, int from, int n) {
    DoubleLoops.addProduct(a, of(x), from, n, values);
  }

  @Override
  public void multiply(Tile x) {
    DoubleLoops.multiply(of(x), length(), values);
  }

  @Override
  public void raise(double least) {
    DoubleLoops.raise(least, length(), values);
  }

  @Override
  public void nearness(double t, double least, Tile x, Tile y) {
    DoubleLoops.nearness(t, least, of(x), of(y), length(), values);
  }

  @Override
  public void blend(Tile x, Tile y) {
    DoubleLoops.blend(of(x), of(y), length(), values);
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
  void products(double a, double b) {
    DoubleLoops.scale(a, b, length(), values);
  }

  @Override
  void quotient(double d) {
    DoubleLoops.divide(d, length(), values);
  }

  @Override
  public void divide(Tile d) {
    DoubleLoops.divide(of(d), length(), values);
  }

  @Override
  public void elect() {
    DoubleLoops.elect(length(), values);
  }

  @Override
  void addAgreeing(double[] a, Tile[] x, Tile elected) {
    for (int k = 0; k < x.length; k++) {
      DoubleLoops.addAgreeing(a[k], of(x[k]), of(elected), length(), values);
    }
  }

  @Override
  void addAgreeing(double[] a, Tile[] x, Tile elected, double[] weights, Tile sums) {
    double[] signs = of(elected);
    for (int k = 0; k < x.length; k++) {
      DoubleLoops.addAgreeing(a[k], of(x[k]), weights[k], signs, length(), values, of(sums));
    }
  }

  @Override
  public double dot(Tile x, int from, int n) {
    double[] sums = lanes(n);
    for (int at = 0; at < n; at += LANES) {
      DoubleLoops.addProducts(values, of(x), from + at, Math.min(LANES, n - at), sums);
    }
    return sum(sums, n);
  }

  @Override
  public double sumOfMagnitudes() {
    double[] sums = lanes(length());
    for (int at = 0; at < length(); at += LANES) {
      DoubleLoops.addMagnitudes(values, at, Math.min(LANES, length() - at), sums);
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
    int ofGuess = guess < 0 ? 0 : DoubleLoops.equal(values, length(), guess);
    counts.put(ofGuess, DoubleLoops.above(values, length(), last));
    if (guess == low && guess == last) {
      return ofGuess;
    }
    if (length() == Elements.TILE) {
      countInside(low, last, guess, counts);
    } else {
      countInside(counts, last);
    }
    return ofGuess;
  }

  /// Counts the keys of a whole tile that are in the bins and not the guess. These are few, and
  /// where they are cannot be predicted: so they are found without a branch for each element.
  private void countInside(long low, long last, long guess, KeyCounts counts) {
    long[] inside = room();
    DoubleLoops.inside(values, low, last, guess, inside);
    DoubleLoops.columns(inside);
    int n = DoubleLoops.nonzero(inside, places);
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
    return DoubleLoops.equal(values, length(), key);
  }

  @Override
  public void drop(long stream, long from, double kept, double a, double b) {
    int[] chosen = chosen();
    RandomBits.choose(stream, from, length(), kept, chosen);
    DoubleLoops.select(chosen, a, b, length(), values);
  }

  @Override
  public void erase(int i) {
    values[i] *= 0;
  }

  @Override
  public void eraseWhereZero(Tile x) {
    DoubleLoops.eraseWhereZero(of(x), length(), values);
  }

  @Override
  public void round(double[] x) {
    System.arraycopy(x, 0, values, 0, length());
  }

  @Override
  public void addTo(double[] sums) {
    DoubleLoops.addTo(values, length(), sums);
  }

  @Override
  public void addSquaredDistances(double[] means, double[] sums) {
    DoubleLoops.addSquaredDistances(values, means, length(), sums);
  }

  @Override
  public void eraseBelow(long cut, int quota) {
    boolean all = quota == 0 || quota >= length();
    long least = least(cut, quota);
    if (all && least <= INFINITE) {
      DoubleLoops.eraseFinite(values, length(), least);
    } else {
      DoubleLoops.select(above(cut, quota), length(), values);
    }
  }

  @Override
  public void eraseAbove(long cut, int quota) {
    long[] above = above(cut, quota);
    DoubleLoops.invert(above, length());
    DoubleLoops.select(above, length(), values);
  }

  /// 1 for elements whose key is above the cut and for the first `quota` that equal it, else 0.
  private long[] above(long cut, int quota) {
    long[] keys = keys();
    if (quota > 0 && quota < length()) {
      DoubleLoops.quota(keys, length(), cut, quota);
    } else {
      DoubleLoops.atLeast(keys, length(), least(cut, quota));
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

  /// The key of every element.
  private long[] keys() {
    long[] keys = room();
    DoubleLoops.keys(values, length(), keys);
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
}
