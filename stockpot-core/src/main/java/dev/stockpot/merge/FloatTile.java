package dev.stockpot.merge;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.Elements;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// A tile in float32: when all inputs are 16 bits or narrower.
final class FloatTile extends Tile {
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
    FloatLoops.product((float) a, of(x), from, n, values);
  }

  @Override
  public void difference(Tile x, Tile y) {
    FloatLoops.difference(of(x), of(y), length(), values);
  }

  @Override
  public void add(Tile x) {
    FloatLoops.add(of(x), length(), values);
  }

  @Override
  public void addProduct(double a, Tile x, int from, int n) {
    FloatLoops.addProduct((float) a, of(x), from, n, values);
  }

  @Override
  public void multiply(Tile x) {
    FloatLoops.multiply(of(x), length(), values);
  }

  @Override
  public void raise(double least) {
    FloatLoops.raise((float) least, length(), values);
  }

  @Override
  public void nearness(double t, double least, Tile x, Tile y) {
    FloatLoops.nearness((float) t, (float) least, of(x), of(y), length(), values);
  }

  @Override
  public void blend(Tile x, Tile y) {
    FloatLoops.blend(of(x), of(y), length(), values);
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
  void products(double a, double b) {
    FloatLoops.scale((float) a, (float) b, length(), values);
  }

  @Override
  void quotient(double d) {
    FloatLoops.divide((float) d, length(), values);
  }

  @Override
  public void divide(Tile d) {
    FloatLoops.divide(of(d), length(), values);
  }

  @Override
  public void elect() {
    FloatLoops.elect(length(), values);
  }

  @Override
  void addAgreeing(double[] a, Tile[] x, Tile elected) {
    float[] signs = of(elected);
    int n = length();
    int k = 0;
    for (; k + 1 < x.length; k += 2) {
      FloatLoops.addAgreeing(
          (float) a[k], of(x[k]), (float) a[k + 1], of(x[k + 1]), signs, n, values);
    }
    if (k < x.length) {
      FloatLoops.addAgreeing((float) a[k], of(x[k]), signs, n, values);
    }
  }

  @Override
  void addAgreeing(double[] a, Tile[] x, Tile elected, double[] weights, Tile sums) {
    float[] signs = of(elected);
    int n = length();
    int k = 0;
    for (; k + 1 < x.length; k += 2) {
      FloatLoops.addAgreeing(
          (float) a[k],
          of(x[k]),
          (float) weights[k],
          (float) a[k + 1],
          of(x[k + 1]),
          (float) weights[k + 1],
          signs,
          n,
          values,
          of(sums));
    }
    if (k < x.length) {
      FloatLoops.addAgreeing(
          (float) a[k], of(x[k]), (float) weights[k], signs, n, values, of(sums));
    }
  }

  @Override
  public double dot(Tile x, int from, int n) {
    double[] sums = lanes(n);
    for (int at = 0; at < n; at += LANES) {
      FloatLoops.addProducts(values, of(x), from + at, Math.min(LANES, n - at), sums);
    }
    return sum(sums, n);
  }

  @Override
  public double sumOfMagnitudes() {
    double[] sums = lanes(length());
    int at = 0;
    for (; at + 4 * LANES <= length(); at += 4 * LANES) {
      FloatLoops.addMagnitudesOfFour(values, at, sums);
    }
    for (; at < length(); at += LANES) {
      FloatLoops.addMagnitudes(values, at, Math.min(LANES, length() - at), sums);
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
    long found = FloatLoops.aboveAndEqual(values, length(), last, guess);
    int ofGuess = guess < 0 ? 0 : (int) found;
    counts.put(ofGuess, (int) (found >>> 32));
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
  private void countInside(int low, int last, int guess, KeyCounts counts) {
    int[] inside = room();
    FloatLoops.inside(values, low, last, guess, inside);
    FloatLoops.columns(inside);
    int n = FloatLoops.nonzero(inside, places);
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
    return key > Integer.MAX_VALUE ? 0 : FloatLoops.equal(values, length(), (int) key);
  }

  @Override
  public void drop(long stream, long from, double kept, double a, double b) {
    int[] chosen = room();
    RandomBits.choose(stream, from, length(), kept, chosen);
    FloatLoops.select(chosen, (float) a, (float) b, length(), values);
  }

  @Override
  public void erase(int i) {
    values[i] *= 0;
  }

  @Override
  public void eraseWhereZero(Tile x) {
    FloatLoops.eraseWhereZero(of(x), length(), values);
  }

  @Override
  public void round(double[] x) {
    FloatLoops.round(x, length(), values);
  }

  @Override
  public void addTo(double[] sums) {
    FloatLoops.addTo(values, length(), sums);
  }

  @Override
  public void addSquaredDistances(double[] means, double[] sums) {
    FloatLoops.addSquaredDistances(values, means, length(), sums);
  }

  @Override
  public void eraseBelow(long cut, int quota) {
    boolean all = quota == 0 || quota >= length();
    long least = least(cut, quota);
    if (all && least <= INFINITE) {
      FloatLoops.eraseFinite(values, length(), (int) least);
    } else {
      FloatLoops.select(above(cut, quota), 1, 1, length(), values);
    }
  }

  @Override
  public void eraseAbove(long cut, int quota) {
    int[] above = above(cut, quota);
    FloatLoops.invert(above, length());
    FloatLoops.select(above, 1, 1, length(), values);
  }

  /// 1 for elements whose key is above the cut and for the first `quota` that equal it, else 0.
  private int[] above(long cut, int quota) {
    int[] keys = keys();
    if (quota > 0 && quota < length()) {
      FloatLoops.quota(keys, length(), cut, quota);
    } else {
      FloatLoops.atLeast(keys, length(), (int) Math.min(least(cut, quota), Integer.MAX_VALUE));
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

  /// The key of every element.
  private int[] keys() {
    int[] keys = room();
    FloatLoops.keys(values, length(), keys);
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
}
