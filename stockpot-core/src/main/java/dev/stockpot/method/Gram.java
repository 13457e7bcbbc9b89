package dev.stockpot.method;

import dev.stockpot.merge.Stage;
import dev.stockpot.merge.Stretch;
import dev.stockpot.merge.Tile;
import dev.stockpot.merge.UndefinedResultException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.DoubleStream;

/// The dot products of some vectors with each other, in float64.
///
/// All that lies in the span of the vectors is known by its coefficients: norms and angles follow
/// from this matrix, without another look at the vectors. A cosine is good to a few 1e-16; so an
/// angle `θ` is good to 1e-16 / sin θ, and the length of a sum that cancels out, to a fraction `f`
/// of its terms' lengths, to a fraction 1e-16 / f² of itself.
final class Gram {
  private final int n;

  /// The upper triangle, row by row.
  private final double[] dots;

  private Gram(int n) {
    this.n = n;
    this.dots = new double[n * (n + 1) / 2];
  }

  /// The products of the tiles' elements `[from, from + length)`.
  static Gram of(Tile[] vectors, int from, int length) {
    Gram gram = new Gram(vectors.length);
    int at = 0;
    for (int i = 0; i < vectors.length; i++) {
      for (int j = i; j < vectors.length; j++) {
        gram.dots[at++] = vectors[i].dot(vectors[j], from, length);
      }
    }
    return gram;
  }

  /// Sums up the products over a tensor, and goes on with them.
  record Pass(Vectors vectors, Function<Gram, Stage> then) implements Stage.Pass<Gram> {
    @Override
    public Gram start() {
      return new Gram(vectors.count());
    }

    @Override
    public void visit(Stretch stretch, Gram part) {
      part.add(vectors.gram(stretch, vectors.of(stretch), 0, stretch.length()));
    }

    @Override
    public void add(Gram total, Gram part) {
      total.add(part);
    }

    @Override
    public Stage next(Gram total) {
      total.check();
      return then.apply(total);
    }
  }

  /// Mixing Σ cᵢxᵢ, where xᵢ are the vectors; the base is added where they are task vectors.
  static Stage combination(Vectors vectors, double[] c) {
    DoubleStream own = Arrays.stream(c);
    if (vectors.fromBase()) {
      double rest = 1;
      for (double coefficient : c) {
        rest -= coefficient;
      }
      own = DoubleStream.concat(DoubleStream.of(rest), own);
    }
    List<Double> weights = own.boxed().toList();
    return new Linear(weights, 1);
  }

  int size() {
    return n;
  }

  double dot(int i, int j) {
    int row = Math.min(i, j);
    return dots[row * n - row * (row - 1) / 2 + Math.abs(i - j)];
  }

  double norm(int i) {
    return Math.sqrt(dot(i, i));
  }

  /// The product of two norms: exactly the dot product of vectors that are equal.
  double norms(int i, int j) {
    return Math.sqrt(dot(i, i) * dot(j, j));
  }

  /// The cosine of the angle between two vectors; 0 if one of them is 0.
  double cosine(int i, int j) {
    double norms = norms(i, j);
    return norms == 0 ? 0 : Math.clamp(dot(i, j) / norms, -1.0, 1.0);
  }

  /// Length of Σ cᵢxᵢ.
  double norm(double[] c) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += c[i] * dot(i, c);
    }
    return Math.sqrt(Math.max(0, sum));
  }

  /// ⟨xᵢ, Σ cⱼxⱼ⟩
  double dot(int i, double[] c) {
    double sum = 0;
    for (int j = 0; j < n; j++) {
      sum += dot(i, j) * c[j];
    }
    return sum;
  }

  boolean isFinite() {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += dot(i, i);
    }
    return Double.isFinite(sum);
  }

  /// @throws UndefinedResultException if the products are too large for float64
  void check() {
    if (!isFinite()) {
      throw new UndefinedResultException(
          "the values are so large that their squares overflow float64; angles between such tensors"
              + " cannot be measured");
    }
  }

  private void add(Gram other) {
    for (int i = 0; i < dots.length; i++) {
      dots[i] += other.dots[i];
    }
  }
}
