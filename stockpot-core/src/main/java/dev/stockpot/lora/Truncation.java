package dev.stockpot.lora;

import dev.stockpot.internal.linear.Matrix;
import dev.stockpot.internal.linear.Svd;
import dev.stockpot.lora.AdapterWriter.Pair;

/// The largest singular values of a small matrix in the middle, split in halves: U·√S and √S·Vᵀ.
///
/// @param left of `rows × rank`
/// @param right of `rank × columns`
record Truncation(Matrix left, Matrix right) {

  /// @param rank at least 1; zeros follow where there are fewer singular values
  static Truncation of(Svd svd, int rank) {
    Matrix left = new Matrix(svd.u().rows(), rank);
    Matrix right = new Matrix(rank, svd.vt().columns());
    for (int k = 0; k < Math.min(rank, svd.values().length); k++) {
      double root = Math.sqrt(svd.values()[k]);
      for (int i = 0; i < left.rows(); i++) {
        left.set(i, k, svd.u().at(i, k) * root);
      }
      for (int j = 0; j < right.columns(); j++) {
        right.set(k, j, root * svd.vt().at(k, j));
      }
    }
    return new Truncation(left, right);
  }

  /// B and A such that `scale · B·A = q₁ᵀ · left · right · q₂`.
  ///
  /// @param q1 orthonormal rows, as many as the left has
  /// @param q2 orthonormal rows, as many as the right has columns
  Pair between(Matrix q1, Matrix q2, double scale) {
    double half = 1 / Math.sqrt(scale);
    Matrix bt = new Matrix(left.columns(), q1.columns());
    bt.addProduct(left.transposed().times(half), q1);
    Matrix a = new Matrix(right.rows(), q2.columns());
    a.addProduct(right.times(half), q2);
    return new Pair(a, bt.transposed());
  }
}
