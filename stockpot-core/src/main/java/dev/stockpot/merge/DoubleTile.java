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
  public void divide(double d) {
    divide(d, length(), values);
  }

  @Override
  public void divide(Tile d) {
    divide(of(d), length(), values);
  }

  @Override
  public void elect(Tile signs, double weight, Tile weights) {
    elect(of(signs), weight, of(weights), length(), values);
  }

  @Override
  public double dot(Tile x, int from, int n) {
    return dot(values, of(x), from, n);
  }

  @Override
  public double sumOfMagnitudes() {
    return sumOfMagnitudes(values, length());
  }

  @Override
  public long key(int i) {
    return Double.doubleToRawLongBits(values[i]) & Long.MAX_VALUE;
  }

  @Override
  public void count(KeyCounts counts) {
    for (int i = 0; i < length(); i++) {
      counts.count(key(i));
    }
  }

  @Override
  public int count(long key) {
    return countEqual(values, length(), key);
  }

  @Override
  public void drop(long stream, long from, double kept) {
    for (int i = 0; i < length(); i++) {
      if (RandomBits.uniform(stream, from + i) >= kept) {
        values[i] *= 0;
      }
    }
  }

  @Override
  public void erase(int i) {
    values[i] *= 0;
  }

  @Override
  public void eraseBelow(long cut, int quota) {
    int left = quota;
    for (int i = 0; i < length(); i++) {
      long key = key(i);
      if (key < cut || (key == cut && --left < 0)) {
        values[i] *= 0;
      }
    }
  }

  @Override
  public void eraseAbove(long cut, int quota) {
    int left = quota;
    for (int i = 0; i < length(); i++) {
      long key = key(i);
      if (key > cut || (key == cut && --left >= 0)) {
        values[i] *= 0;
      }
    }
  }

  private double[] aside() {
    if (aside.length == 0) {
      aside = new double[Elements.TILE];
    }
    return aside;
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

  private static void divide(double[] d, int n, double[] out) {
    for (int i = 0; i < n; i++) {
      out[i] /= d[i] == 0 ? 1 : d[i];
    }
  }

  private static void elect(double[] signs, double weight, double[] weights, int n, double[] out) {
    for (int i = 0; i < n; i++) {
      double x = out[i];
      boolean agrees = signs[i] >= 0 ? x > 0 : x < 0;
      weights[i] += agrees ? weight : 0;
      // A NaN agrees with nobody, and must not vanish by that.
      out[i] = agrees || Double.isNaN(x) ? x : 0;
    }
  }

  private static double dot(double[] x, double[] y, int from, int n) {
    double[] lanes = new double[LANES];
    int whole = from + n - n % LANES;
    double s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
    for (int i = from; i < whole; i += LANES) {
      s0 += x[i] * y[i];
      s1 += x[i + 1] * y[i + 1];
      s2 += x[i + 2] * y[i + 2];
      s3 += x[i + 3] * y[i + 3];
      s4 += x[i + 4] * y[i + 4];
      s5 += x[i + 5] * y[i + 5];
      s6 += x[i + 6] * y[i + 6];
      s7 += x[i + 7] * y[i + 7];
    }
    lanes[0] = s0;
    lanes[1] = s1;
    lanes[2] = s2;
    lanes[3] = s3;
    lanes[4] = s4;
    lanes[5] = s5;
    lanes[6] = s6;
    lanes[7] = s7;
    for (int i = whole; i < from + n; i++) {
      lanes[i - whole] += x[i] * y[i];
    }
    return sum(lanes);
  }

  private static double sumOfMagnitudes(double[] x, int n) {
    double[] lanes = new double[LANES];
    for (int i = 0; i < n; i++) {
      lanes[i % LANES] += Math.abs(x[i]);
    }
    return sum(lanes);
  }

  private static int countEqual(double[] x, int n, long key) {
    int count = 0;
    for (int i = 0; i < n; i++) {
      count += (Double.doubleToRawLongBits(x[i]) & Long.MAX_VALUE) == key ? 1 : 0;
    }
    return count;
  }
}
