package dev.stockpot.merge;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.Elements;
import java.lang.foreign.MemorySegment;

/// A short run of numbers in one of the two precisions, and arithmetic on it, element by element.
///
/// Every operation rounds its result to the tile's precision; nothing is fused. Both operands have
/// the same precision and length. Reductions are in float64 and in a stated order, so that they
/// give the same bits on any machine.
public abstract sealed class Tile permits FloatTile, DoubleTile {
  /// Partial sums of a reduction: element `i` goes to partial sum `i mod 256`, and these are added
  /// in pairs at the end, `j` and `j + 128` first.
  static final int LANES = 256;

  private int length;

  Tile() {}

  /// Number of elements.
  public final int length() {
    return length;
  }

  /// Makes this tile `n` elements long; what is in it is lost.
  final void resize(int n) {
    length = n;
    reserve(n);
  }

  /// Makes room for `n` elements.
  abstract void reserve(int n);

  /// Widens `n` stored elements to this tile's elements from `at` on.
  abstract void widen(
      Elements elements, DType dtype, MemorySegment source, long offset, int at, int n);

  /// Rounds `n` elements from `at` on to stored elements; tells whether all of them are finite.
  abstract boolean narrow(
      Elements elements, DType dtype, int at, int n, MemorySegment target, long offset);

  /// Element `i`, exactly.
  public abstract double at(int i);

  /// Sets element `i`, rounded to this precision.
  public abstract void put(int i, double value);

  /// Sets every element.
  public abstract void fill(double value);

  /// this = x
  public abstract void copy(Tile x);

  /// this = a·x
  public final void product(double a, Tile x) {
    product(a, x, 0, length);
  }

  /// this = a·x in the elements `[from, from + n)`
  public abstract void product(double a, Tile x, int from, int n);

  /// this = x − y
  public abstract void difference(Tile x, Tile y);

  /// this += x
  public abstract void add(Tile x);

  /// this = x₀ + x₁ + … from left to right
  ///
  /// @param x at least one
  public final void sum(Tile[] x) {
    copy(x[0]);
    for (int k = 1; k < x.length; k++) {
      add(x[k]);
    }
  }

  /// this += a·x, the product rounded before the sum
  public final void addProduct(double a, Tile x) {
    addProduct(a, x, 0, length);
  }

  /// this += a·x in the elements `[from, from + n)`, the product rounded before the sum
  public abstract void addProduct(double a, Tile x, int from, int n);

  /// this = this·x
  public abstract void multiply(Tile x);

  /// this = max(this, least); NaN stays
  public abstract void raise(double least);

  /// this = t / max(|x − y|, least), held within [0, 1]: how far to go from `y` to `x`
  ///
  /// @param least above 0
  public abstract void nearness(double t, double least, Tile x, Tile y);

  /// this = this·x + (1 − this)·y
  public abstract void blend(Tile x, Tile y);

  /// this = a·this
  public final void scale(double a) {
    scale(a, 1);
  }

  /// this = b·(a·this)
  public final void scale(double a, double b) {
    if (a != 1 || b != 1) {
      products(a, b);
    }
  }

  /// this = b·(a·this)
  abstract void products(double a, double b);

  /// this = this / d
  public final void divide(double d) {
    // The quotient by a power of two is the product with its inverse, to the bit, and quicker.
    if (Math.abs(Math.getExponent(d)) < 100 && Math.scalb(1.0, Math.getExponent(d)) == d) {
      scale(1 / d);
    } else {
      quotient(d);
    }
  }

  /// this = this / d
  abstract void quotient(double d);

  /// this = this / d, element by element; where `d` is 0 it stays as it is
  public abstract void divide(Tile d);

  /// this = 1, or −1 where this is negative; NaN stays: the sign that such a sum elects.
  ///
  /// @see <a href="https://arxiv.org/abs/2306.01708">Yadav et al. 2023, TIES-Merging</a>
  public abstract void elect();

  /// this = Σ aₖ·xₖ over those `k` whose element has the elected sign (1 or −1). An element of zero
  /// has no sign.
  public final void sumOfAgreeing(double[] a, Tile[] x, Tile elected) {
    fill(0);
    addAgreeing(a, x, elected);
    multiply(elected);
  }

  /// The same divided by Σ weightₖ over the same `k`, unless that is 0.
  ///
  /// @param sums to work with
  public final void meanOfAgreeing(
      double[] a, Tile[] x, Tile elected, double[] weights, Tile sums) {
    fill(0);
    sums.fill(0);
    addAgreeing(a, x, elected, weights, sums);
    divide(sums);
    multiply(elected);
  }

  /// this += Σ aₖ·|xₖ| over those `k` whose element has the elected sign.
  abstract void addAgreeing(double[] a, Tile[] x, Tile elected);

  /// The same, and sums += Σ weightₖ over the same `k`.
  abstract void addAgreeing(double[] a, Tile[] x, Tile elected, double[] weights, Tile sums);

  /// Σ this·x in float64.
  public final double dot(Tile x) {
    return dot(x, 0, length);
  }

  /// Σ this·x in float64 over the elements `[from, from + n)`, of which `from` is element 0 of the
  /// partial sums.
  public abstract double dot(Tile x, int from, int n);

  /// Σ |this| in float64, of what is finite.
  public abstract double sumOfMagnitudes();

  /// The magnitude of element `i` as an integer that sorts as magnitudes do; NaN is largest.
  public abstract long key(int i);

  /// How many elements are not 0, but no larger than a limit.
  abstract int small(double limit);

  /// Counts every magnitude by its key.
  ///
  /// @return how many are the guess
  public abstract int count(KeyCounts counts);

  /// Counts the keys of a tile of any length that are in the bins and not the guess.
  ///
  /// @param last key in the bins
  final void countInside(KeyCounts counts, long last) {
    for (int i = 0; i < length(); i++) {
      long key = key(i);
      if (key >= counts.low() && key <= last && key != counts.guess()) {
        counts.put(key);
      }
    }
  }

  /// How many magnitudes have this key.
  public abstract int count(long key);

  /// Erases elements whose key is below `cut`, and those equal to it but for the first `quota`.
  ///
  /// To erase is to multiply by 0: NaN and infinity leave NaN, so that they do not go unnoticed.
  public abstract void eraseBelow(long cut, int quota);

  /// Erases elements whose key is above `cut`, and the first `quota` of those equal to it.
  public abstract void eraseAbove(long cut, int quota);

  /// Erases every element but with the probability `kept`, by itself: those whose random number is
  /// not below it.
  ///
  /// @param stream of random numbers ([RandomBits])
  /// @param from position of the first element in it
  public final void drop(long stream, long from, double kept) {
    drop(stream, from, kept, 1, 1);
  }

  /// The same, and this = b·(a·this).
  public abstract void drop(long stream, long from, double kept, double a, double b);

  /// Erases element `i`.
  public abstract void erase(int i);

  /// Erases elements where `x` is 0; where it is NaN they become NaN.
  public abstract void eraseWhereZero(Tile x);

  /// this = x, rounded
  public abstract void round(double[] x);

  /// sums += this, in float64
  public abstract void addTo(double[] sums);

  /// sums += (this − means)², in float64
  public abstract void addSquaredDistances(double[] means, double[] sums);

  /// Whether an element is neither NaN nor infinite.
  final boolean isFinite(int i) {
    return Double.isFinite(at(i));
  }

  /// Σ |this| where something is not finite.
  final double finiteMagnitudes() {
    double sum = 0;
    for (int i = 0; i < length; i++) {
      sum += isFinite(i) ? Math.abs(at(i)) : 0;
    }
    return sum;
  }

  /// The least key above a cut: with all elements that equal it, or with none where the quota is 0.
  static long least(long cut, int quota) {
    return quota == 0 && cut < Long.MAX_VALUE ? cut + 1 : cut;
  }

  /// Adds partial sums in pairs; those of elements beyond `n` are 0.
  static double sum(double[] lanes, int n) {
    if (n >= LANES) {
      eighthOf256(lanes);
      eighthOf32(lanes);
      return (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
    }
    int left = n;
    for (int half = LANES / 2; half >= 1; half /= 2) {
      for (int j = half; j < left; j++) {
        lanes[j - half] += lanes[j];
      }
      left = Math.min(left, half);
    }
    return n == 0 ? 0 : lanes[0];
  }

  // Three halvings at a time, with distances that the compiler knows.

  private static void eighthOf256(double[] x) {
    for (int j = 0; j < 32; j++) {
      x[j] =
          ((x[j] + x[j + 128]) + (x[j + 64] + x[j + 192]))
              + ((x[j + 32] + x[j + 160]) + (x[j + 96] + x[j + 224]));
    }
  }

  private static void eighthOf32(double[] x) {
    for (int j = 0; j < 4; j++) {
      x[j] =
          ((x[j] + x[j + 16]) + (x[j + 8] + x[j + 24]))
              + ((x[j + 4] + x[j + 20]) + (x[j + 12] + x[j + 28]));
    }
  }
}
