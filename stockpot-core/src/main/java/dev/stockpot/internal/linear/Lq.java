package dev.stockpot.internal.linear;

/// A matrix as `lower × q`, where the rows of `q` are orthonormal: the thin QR decomposition of the
/// transpose, by Householder reflections. Here rows are contiguous.
///
/// Also where the rows depend on each other, or are zeros, those of `q` are orthonormal.
///
/// @param lower of `rows × min(rows, columns)`, zero above the diagonal
/// @param q of `min(rows, columns) × columns`
/// @see <a href="https://doi.org/10.1137/1.9780898719574">Trefethen and Bau 1997, "Numerical linear
///   algebra", lecture 10</a>
public record Lq(Matrix lower, Matrix q) {

  /// Decomposes a matrix, whose values are overwritten.
  public static Lq of(Matrix a) {
    int m = a.rows();
    int n = a.columns();
    int rank = Math.min(m, n);
    double[] v = a.values();
    double[] factors = new double[rank];
    double[] diagonal = new double[rank];
    for (int k = 0; k < rank; k++) {
      int start = k * n + k;
      double norm = norm(v, start, n - k);
      diagonal[k] = v[start] > 0 ? -norm : norm;
      v[start] -= diagonal[k];
      // The reflection I − factor·vvᵀ takes the row to the diagonal.
      double square = Matrix.dot(v, start, v, start, n - k);
      factors[k] = square == 0 ? 0 : 2 / square;
      for (int i = k + 1; i < m; i++) {
        reflect(v, start, factors[k], v, i * n + k, n - k);
      }
    }
    Matrix lower = new Matrix(m, rank);
    for (int i = 0; i < m; i++) {
      System.arraycopy(v, i * n, lower.values(), i * rank, Math.min(i, rank));
      if (i < rank) {
        lower.set(i, i, diagonal[i]);
      }
    }
    Matrix q = new Matrix(rank, n);
    for (int k = rank - 1; k >= 0; k--) {
      q.set(k, k, 1);
      for (int i = k; i < rank; i++) {
        reflect(v, k * n + k, factors[k], q.values(), i * n + k, n - k);
      }
    }
    return new Lq(lower, q);
  }

  private static void reflect(double[] v, int atV, double factor, double[] row, int atRow, int n) {
    double along = factor * Matrix.dot(v, atV, row, atRow, n);
    if (along != 0) {
      Matrix.add(-along, v, atV, row, atRow, n);
    }
  }

  private static double norm(double[] v, int at, int n) {
    return Math.sqrt(Matrix.dot(v, at, v, at, n));
  }
}
