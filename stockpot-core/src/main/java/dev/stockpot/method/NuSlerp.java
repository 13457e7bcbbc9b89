package dev.stockpot.method;

import dev.stockpot.merge.Layer;
import dev.stockpot.merge.MergeMethod;
import dev.stockpot.merge.Stage;
import dev.stockpot.merge.Stretch;
import dev.stockpot.merge.Tile;
import dev.stockpot.method.MethodDefinition.Base;
import dev.stockpot.method.MethodDefinition.Statistics;
import java.util.List;

/// Spherical interpolation between two models, or between their task vectors: of whole tensors, or
/// of each vector along one of their dimensions.
///
/// With `t = a₂ / (a₁ + a₂)` (0.5 where |a₁ + a₂| < 1e-6) and the angle `θ` between the vectors,
/// whose norms count as 1e-7 at least where the cosine is computed,
///
///     sin((1 − t)θ) / sin θ · v₁ + sin(tθ) / sin θ · v₂        (1 − t)·v₁ + t·v₂  if sin θ < 1e-8
///
/// Towards opposite directions the straight line is taken from sin θ < 1e-6 on: below that the angle
/// cannot be told from 180°, and the result would be noise.
///
/// @param t finite
/// @param along what is a vector
/// @param hasBase whether input 0 is a base: then the task vectors are interpolated, and it is added
public record NuSlerp(double t, Along along, boolean hasBase) implements MergeMethod {
  static final MethodDefinition DEFINITION =
      new MethodDefinition(
          "nuslerp",
          2,
          2,
          Base.OPTIONAL,
          Statistics.NONE,
          List.of(
              Parameter.requiredEach("weight"),
              Parameter.flag("nuslerp_flatten", true),
              Parameter.flag("nuslerp_row_wise", false)),
          p ->
              new NuSlerp(
                  ratio(p.numbers("weight").get(0), p.numbers("weight").get(1)),
                  along(p.flag("nuslerp_flatten"), p.flag("nuslerp_row_wise")),
                  p.hasBase()));

  private static final double LEAST_NORM = 1e-7;
  private static final double PARALLEL = 1e-8;
  private static final double OPPOSITE = 1e-6;

  /// What is a vector.
  public enum Along {
    /// The whole tensor (`nuslerp_flatten`).
    ALL,
    /// A run along the last dimension.
    LAST,
    /// A run along dimension 0 (`nuslerp_row_wise`).
    FIRST
  }

  public NuSlerp {
    if (!Double.isFinite(t)) {
      throw new IllegalArgumentException("the weights' ratio " + t + " is not a finite number");
    }
  }

  private static double ratio(double first, double second) {
    double sum = first + second;
    return Math.abs(sum) < 1e-6 ? 0.5 : second / sum;
  }

  private static Along along(boolean flatten, boolean rowWise) {
    if (flatten) {
      return Along.ALL;
    }
    return rowWise ? Along.FIRST : Along.LAST;
  }

  @Override
  public String name() {
    return DEFINITION.name();
  }

  @Override
  public int passes() {
    return along == Along.LAST ? 0 : 1;
  }

  @Override
  public long unit(Layer layer) {
    return along == Along.LAST ? Math.max(1, layer.row()) : 1;
  }

  @Override
  public long bytes(Layer layer) {
    return along == Along.FIRST ? 16 * Double.BYTES * columns(layer) : 0;
  }

  @Override
  public Stage begin(Layer layer) {
    Vectors vectors = new Vectors(2, hasBase);
    DEFINITION.checkInputs(layer, vectors.width());
    return switch (along) {
      case ALL -> new Gram.Pass(vectors, gram -> Gram.combination(vectors, coefficients(gram)));
      case LAST -> new Rows(vectors, unit(layer));
      case FIRST -> new ColumnSums(Math.toIntExact(columns(layer)));
    };
  }

  /// Vectors along dimension 0.
  private static long columns(Layer layer) {
    List<Long> shape = layer.spec().shape();
    return shape.isEmpty() ? 1 : layer.elements() / Math.max(1, shape.getFirst());
  }

  private double[] coefficients(Gram gram) {
    return coefficients(gram.dot(0, 0), gram.dot(0, 1), gram.dot(1, 1));
  }

  private double[] coefficients(double first, double product, double second) {
    // One root of the product: exactly ±1 for equal and opposite vectors.
    double norms =
        Math.min(first, second) > LEAST_NORM * LEAST_NORM
            ? Math.sqrt(first * second)
            : Math.max(Math.sqrt(first), LEAST_NORM) * Math.max(Math.sqrt(second), LEAST_NORM);
    double cosine = Math.clamp(product / norms, -1.0, 1.0);
    double theta = Math.acos(cosine);
    return Math.sin(theta) < (cosine > 0 ? PARALLEL : OPPOSITE)
        ? Slerp.line(t)
        : Slerp.arc(t, theta);
  }

  /// Mixing runs along the last dimension, each with its own angle.
  private final class Rows implements Stage.Mixing {
    private final Vectors vectors;
    private final long row;

    Rows(Vectors vectors, long row) {
      this.vectors = vectors;
      this.row = row;
    }

    @Override
    public long unit() {
      return row;
    }

    @Override
    public void mix(Stretch stretch, Tile out) {
      int n = (int) row;
      Tile[] tiles = vectors.of(stretch);
      int first = hasBase ? 1 : 0;
      for (int from = 0; from < stretch.length(); from += n) {
        Gram gram = vectors.gram(stretch, tiles, from, n);
        gram.check();
        double[] c = coefficients(gram);
        out.product(c[0], stretch.input(first), from, n);
        out.addProduct(c[1], stretch.input(first + 1), from, n);
        if (hasBase) {
          out.addProduct(1 - c[0] - c[1], stretch.input(0), from, n);
        }
      }
    }
  }

  /// Sums up ‖v₁‖², ⟨v₁, v₂⟩ and ‖v₂‖² of every run along dimension 0.
  private final class ColumnSums implements Stage.Pass<double[][]> {
    private final int columns;

    ColumnSums(int columns) {
      this.columns = columns;
    }

    @Override
    public double[][] start() {
      return new double[3][columns];
    }

    @Override
    public void visit(Stretch stretch, double[][] part) {
      int column = (int) (stretch.from() % columns);
      int first = hasBase ? 1 : 0;
      for (int i = 0; i < stretch.length(); i++) {
        double base = hasBase ? stretch.input(0).at(i) : 0;
        double x = stretch.input(first).at(i) - base;
        double y = stretch.input(first + 1).at(i) - base;
        if (Double.isFinite(x) && Double.isFinite(y)) {
          part[0][column] += x * x;
          part[1][column] += x * y;
          part[2][column] += y * y;
        }
        column = column + 1 == columns ? 0 : column + 1;
      }
    }

    @Override
    public void add(double[][] total, double[][] part) {
      for (int row = 0; row < total.length; row++) {
        for (int column = 0; column < columns; column++) {
          total[row][column] += part[row][column];
        }
      }
    }

    @Override
    public Stage next(double[][] total) {
      double[][] c = new double[2][columns];
      for (int column = 0; column < columns; column++) {
        double[] pair = coefficients(total[0][column], total[1][column], total[2][column]);
        c[0][column] = pair[0];
        c[1][column] = pair[1];
      }
      return new Columns(c);
    }
  }

  /// Mixing runs along dimension 0, each with its own coefficients.
  private final class Columns implements Stage.Mixing {
    private final double[][] c;

    Columns(double[][] c) {
      this.c = c;
    }

    @Override
    public void mix(Stretch stretch, Tile out) {
      int columns = c[0].length;
      int column = (int) (stretch.from() % columns);
      int first = hasBase ? 1 : 0;
      for (int i = 0; i < stretch.length(); i++) {
        double sum =
            c[0][column] * stretch.input(first).at(i)
                + c[1][column] * stretch.input(first + 1).at(i);
        if (hasBase) {
          sum += (1 - c[0][column] - c[1][column]) * stretch.input(0).at(i);
        }
        out.put(i, sum);
        column = column + 1 == columns ? 0 : column + 1;
      }
    }
  }
}
