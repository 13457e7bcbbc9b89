package dev.stockpot.lora;

import dev.stockpot.internal.linear.Lq;
import dev.stockpot.internal.linear.Matrix;
import dev.stockpot.internal.linear.Svd;
import dev.stockpot.lora.AdapterWriter.Pair;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/// The largest singular values and vectors of a matrix that is only ever seen in passes over its
/// rows, by subspace iteration from a random start.
///
/// Memory: some `4 · (rows + columns) · (rank + 8) · 8` bytes. Where `rank + 8` is the smaller side
/// or more, the result is that of the full decomposition. What is random depends on the tensor's
/// name alone.
///
/// @see <a href="https://arxiv.org/abs/0909.4061">Halko, Martinsson and Tropp 2011, "Finding
///   structure with randomness", algorithms 4.4 and 5.1</a>
final class RandomizedSvd {
  /// Directions beyond the rank.
  private static final int OVERSAMPLING = 8;

  private static final int ITERATIONS = 4;

  /// How often [#factor] reads the matrix.
  static final int PASSES = ITERATIONS + 2;

  private RandomizedSvd() {}

  /// Thin factors whose product, times the scale, is the best of the rank: left is `B`, right `A`.
  static Pair factor(Delta delta, String name, int rank, double scale) {
    int m = delta.rows();
    int n = delta.columns();
    int count = Math.min(rank + OVERSAMPLING, Math.min(m, n));
    Matrix rowSpace = Lq.of(random(count, n, name)).q();
    for (int i = 0; i < ITERATIONS; i++) {
      rowSpace = Lq.of(iterate(delta, rowSpace)).q();
    }
    Matrix columnSpace = Lq.of(images(delta, rowSpace)).q();
    Lq projected = Lq.of(project(delta, columnSpace));
    return Truncation.of(Svd.of(projected.lower()), rank)
        .between(columnSpace, projected.q(), scale);
  }

  /// Rows vᵢᵀΔᵀΔ.
  private static Matrix iterate(Delta delta, Matrix v) {
    Matrix next = new Matrix(v.rows(), v.columns());
    delta.forEachBlock((rows, _) -> next.addProduct(v.timesTransposed(rows), rows));
    return next;
  }

  /// Rows (Δvᵢ)ᵀ.
  private static Matrix images(Delta delta, Matrix v) {
    Matrix images = new Matrix(v.rows(), delta.rows());
    delta.forEachBlock((rows, first) -> {
      Matrix some = v.timesTransposed(rows);
      for (int i = 0; i < some.rows(); i++) {
        System.arraycopy(
            some.values(),
            i * some.columns(),
            images.values(),
            i * images.columns() + first,
            some.columns());
      }
    });
    return images;
  }

  /// Rows uᵢᵀΔ.
  private static Matrix project(Delta delta, Matrix u) {
    Matrix projected = new Matrix(u.rows(), delta.columns());
    delta.forEachBlock((rows, first) -> projected.addProduct(u.columns(first, rows.rows()), rows));
    return projected;
  }

  private static Matrix random(int rows, int columns, String name) {
    long seed = 0;
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      seed = 31 * seed + b;
    }
    Random random = new Random(seed);
    Matrix matrix = new Matrix(rows, columns);
    for (int i = 0; i < matrix.values().length; i++) {
      matrix.values()[i] = 2 * random.nextDouble() - 1;
    }
    return matrix;
  }
}
