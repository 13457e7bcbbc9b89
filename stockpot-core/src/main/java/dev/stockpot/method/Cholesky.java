package dev.stockpot.method;

/// A symmetric positive definite matrix, of which the lower triangle is kept row by row, and its
/// factor `L` with `L·Lᵀ` in the same place. All loops run along rows.
final class Cholesky {
  private final int n;
  private final double[][] rows;

  /// A matrix of zeros.
  Cholesky(int n) {
    this.n = n;
    rows = new double[n][];
    for (int i = 0; i < n; i++) {
      rows[i] = new double[i + 1];
    }
  }

  /// Bytes of a matrix of that size, about.
  static long bytes(long n) {
    return n * (n + 1) / 2 * Double.BYTES + 24 * n;
  }

  /// Row `i` up to the diagonal.
  double[] row(int i) {
    return rows[i];
  }

  /// Turns the matrix into its factor.
  ///
  /// @return whether it is positive definite; if not, what is left is of no use
  boolean factor() {
    for (int i = 0; i < n; i++) {
      double[] row = rows[i];
      for (int j = 0; j < i; j++) {
        row[j] = (row[j] - dot(row, rows[j], j)) / rows[j][j];
      }
      double pivot = row[i] - dot(row, row, i);
      if (!(pivot > 0)) {
        return false;
      }
      row[i] = Math.sqrt(pivot);
    }
    return true;
  }

  /// Replaces `b` by the solution `x` of `L·Lᵀ·x = b`.
  void solve(double[] b) {
    for (int i = 0; i < n; i++) {
      b[i] = (b[i] - dot(rows[i], b, i)) / rows[i][i];
    }
    for (int i = n - 1; i >= 0; i--) {
      double[] row = rows[i];
      double x = b[i] / row[i];
      b[i] = x;
      for (int j = 0; j < i; j++) {
        b[j] -= x * row[j];
      }
    }
  }

  /// Σ xᵢyᵢ over the first `length` elements: eight partial sums.
  static double dot(double[] x, double[] y, int length) {
    double s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
    int i = 0;
    for (; i + 8 <= length; i += 8) {
      s0 += x[i] * y[i];
      s1 += x[i + 1] * y[i + 1];
      s2 += x[i + 2] * y[i + 2];
      s3 += x[i + 3] * y[i + 3];
      s4 += x[i + 4] * y[i + 4];
      s5 += x[i + 5] * y[i + 5];
      s6 += x[i + 6] * y[i + 6];
      s7 += x[i + 7] * y[i + 7];
    }
    double sum = ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7));
    for (; i < length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }
}
