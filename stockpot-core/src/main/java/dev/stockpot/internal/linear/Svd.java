package dev.stockpot.internal.linear;

import java.util.Comparator;
import java.util.stream.IntStream;

/// A matrix as `u × diag(values) × vt`, by one-sided Jacobi rotations: simple, and accurate also
/// for the small singular values. For matrices with a side of at most some hundreds.
///
/// @param u of `rows × p`, where `p` is the smaller side; its columns are orthonormal
/// @param values `p` singular values, the largest first, at least 0
/// @param vt of `p × columns`; its rows are orthonormal, those of singular value 0 are zeros (`u`
///   where there are more rows than columns)
/// @see <a href="https://doi.org/10.1137/0613074">Demmel and Veselić 1992, "Jacobi's method is more
///   accurate than QR"</a>
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Svd(Matrix u, double[] values, Matrix vt) {
  /// Rows of `n` whose cosine is below `n` times this are orthogonal, as far as rounding tells.
  private static final double UNIT_ROUNDOFF = 0x1p-53;

  /// Few are needed, some ten; the limit is for what cannot happen.
  private static final int MOST_SWEEPS = 64;

  /// Decomposes a matrix of finite values.
  public static Svd of(Matrix a) {
    if (a.rows() > a.columns()) {
      Svd svd = of(a.transposed());
      return new Svd(svd.vt.transposed(), svd.values, svd.u.transposed());
    }
    double scale = largest(a);
    if (scale == 0) {
      return new Svd(identity(a.rows()), new double[a.rows()], new Matrix(a.rows(), a.columns()));
    }
    // Rotating the rows of L in A = L·Q is less work, and the squares of scaled values do not
    // leave the range of float64.
    Lq lq = Lq.of(scaled(a, scale));
    Matrix rows = lq.lower();
    Matrix rotations = identity(a.rows());
    int sweeps = 0;
    while (sweep(rows, rotations) && sweeps < MOST_SWEEPS) {
      sweeps++;
    }
    return sorted(rows, rotations, lq.q(), scale);
  }

  /// Makes every pair of rows orthogonal once.
  ///
  /// @return whether any was not
  private static boolean sweep(Matrix rows, Matrix rotations) {
    int n = rows.columns();
    double[] v = rows.values();
    double orthogonal = Math.max(4, n) * UNIT_ROUNDOFF;
    boolean rotated = false;
    for (int i = 0; i < rows.rows(); i++) {
      for (int k = i + 1; k < rows.rows(); k++) {
        double ii = Matrix.dot(v, i * n, v, i * n, n);
        double kk = Matrix.dot(v, k * n, v, k * n, n);
        double ik = Matrix.dot(v, i * n, v, k * n, n);
        // Products of norms: that of the squares would underflow.
        if (Math.abs(ik) <= orthogonal * Math.sqrt(ii) * Math.sqrt(kk)) {
          continue;
        }
        rotated = true;
        double zeta = (kk - ii) / (2 * ik);
        double tangent = Math.copySign(1, zeta) / (Math.abs(zeta) + Math.hypot(1, zeta));
        double cosine = 1 / Math.hypot(1, tangent);
        double sine = cosine * tangent;
        rotate(v, i * n, k * n, n, cosine, sine);
        int m = rotations.columns();
        rotate(rotations.values(), i * m, k * m, m, cosine, sine);
      }
    }
    return rotated;
  }

  private static void rotate(double[] v, int i, int k, int n, double cosine, double sine) {
    for (int j = 0; j < n; j++) {
      double a = v[i + j];
      double b = v[k + j];
      v[i + j] = cosine * a - sine * b;
      v[k + j] = sine * a + cosine * b;
    }
  }

  /// From orthogonal rows, `rotations · A = rows · Q`.
  private static Svd sorted(Matrix rows, Matrix rotations, Matrix q, double scale) {
    int p = rows.rows();
    double[] norms = new double[p];
    for (int i = 0; i < p; i++) {
      int at = i * rows.columns();
      norms[i] = Math.sqrt(Matrix.dot(rows.values(), at, rows.values(), at, rows.columns()));
    }
    int[] order =
        IntStream.range(0, p)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> -norms[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    Matrix u = new Matrix(p, p);
    double[] values = new double[p];
    Matrix directions = new Matrix(p, rows.columns());
    for (int k = 0; k < p; k++) {
      int from = order[k];
      values[k] = norms[from] * scale;
      for (int j = 0; j < p; j++) {
        u.set(j, k, rotations.at(from, j));
        directions.set(k, j, norms[from] == 0 ? 0 : rows.at(from, j) / norms[from]);
      }
    }
    Matrix vt = new Matrix(p, q.columns());
    vt.addProduct(directions, q);
    return new Svd(u, values, vt);
  }

  private static Matrix identity(int n) {
    Matrix identity = new Matrix(n, n);
    for (int i = 0; i < n; i++) {
      identity.set(i, i, 1);
    }
    return identity;
  }

  private static double largest(Matrix a) {
    double largest = 0;
    for (double value : a.values()) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  private static Matrix scaled(Matrix a, double scale) {
    double[] values = a.values().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] /= scale;
    }
    return new Matrix(a.rows(), a.columns(), values);
  }
}
