package dev.stockpot.diagnose;

import java.util.Arrays;

/// The dot products of some vectors with each other, in float64: their norms and angles.
final class DotProducts {
  /// Sums that run side by side, so that a loop over them needs no order.
  private static final int LANES = 128;

  private final int n;

  /// All pairs, both ways round.
  private final double[] products;

  /// All 0, of `n` vectors.
  DotProducts(int n) {
    this.n = n;
    this.products = new double[n * n];
  }

  /// Adds the products of stretches.
  ///
  /// @param vectors one after the other, each `length` long
  void add(double[] vectors, int length) {
    double[] sums = new double[LANES];
    for (int i = 0; i < n; i++) {
      for (int j = i; j < n; j++) {
        Arrays.fill(sums, 0);
        for (int at = 0; at < length; at += LANES) {
          int lanes = Math.min(LANES, length - at);
          addProducts(vectors, i * length + at, j * length + at, lanes, sums);
        }
        set(i, j, get(i, j) + Arrays.stream(sums).reduce(0, Double::sum));
      }
    }
  }

  /// Adds the products of further elements of the same vectors.
  void add(DotProducts other) {
    for (int i = 0; i < products.length; i++) {
      products[i] += other.products[i];
    }
  }

  int size() {
    return n;
  }

  double get(int i, int j) {
    return products[i * n + j];
  }

  double norm(int i) {
    return Math.sqrt(get(i, i));
  }

  /// The cosine of the angle between two vectors; NaN if one of them is 0.
  double cosine(int i, int j) {
    return Math.clamp(get(i, j) / (norm(i) * norm(j)), -1.0, 1.0);
  }

  /// Of all vectors but the last, each with the last one added to it.
  DotProducts plusLast() {
    DotProducts sums = new DotProducts(n - 1);
    for (int i = 0; i < n - 1; i++) {
      for (int j = i; j < n - 1; j++) {
        sums.set(i, j, get(i, j) + get(i, n - 1) + get(j, n - 1) + get(n - 1, n - 1));
      }
    }
    return sums;
  }

  /// Of all vectors but the last.
  DotProducts withoutLast() {
    DotProducts rest = new DotProducts(n - 1);
    for (int i = 0; i < n - 1; i++) {
      for (int j = i; j < n - 1; j++) {
        rest.set(i, j, get(i, j));
      }
    }
    return rest;
  }

  /// Of the vectors as they lie around their mean; what is shorter than 1e-7 of the vectors is lost
  /// in their rounding.
  DotProducts aroundMean() {
    double[] withMean = new double[n];
    double meanSquare = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        withMean[i] += get(i, j) / n;
      }
      meanSquare += withMean[i] / n;
    }
    DotProducts around = new DotProducts(n);
    for (int i = 0; i < n; i++) {
      for (int j = i; j < n; j++) {
        double product = get(i, j) - withMean[i] - withMean[j] + meanSquare;
        around.set(i, j, i == j ? Math.max(0, product) : product);
      }
    }
    return around;
  }

  private void set(int i, int j, double product) {
    products[i * n + j] = product;
    products[j * n + i] = product;
  }

  private static void addProducts(double[] vectors, int x, int y, int n, double[] sums) {
    for (int k = 0; k < n; k++) {
      sums[k] += vectors[x + k] * vectors[y + k];
    }
  }
}
