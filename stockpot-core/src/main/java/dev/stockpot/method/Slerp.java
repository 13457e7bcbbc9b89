package dev.stockpot.method;

import dev.stockpot.merge.Layer;
import dev.stockpot.merge.MergeMethod;
import dev.stockpot.merge.Stage;
import dev.stockpot.method.MethodDefinition.Base;
import dev.stockpot.method.MethodDefinition.Statistics;
import java.util.List;

/// Spherical linear interpolation from the base `b` (t = 0) to one other model `w` (t = 1).
///
/// With the angle `θ` between the flattened tensors,
///
///     sin((1 − t)θ) / sin θ · b + sin(tθ) / sin θ · w        (1 − t)·b + t·w  if |cos θ| > 0.9995
///
/// A tensor of zeros counts as at right angles to everything.
///
/// @param t finite; 0 and 1 give the two models
/// @see <a href="https://doi.org/10.1145/325165.325242">Shoemake 1985</a>
public record Slerp(double t) implements MergeMethod {
  static final MethodDefinition DEFINITION =
      new MethodDefinition(
          "slerp",
          1,
          1,
          Base.ONE_OF_TWO,
          Statistics.NONE,
          List.of(Parameter.required("t")),
          p -> new Slerp(p.number("t")));

  private static final double PARALLEL = 0.9995;

  public Slerp {
    if (!Double.isFinite(t)) {
      throw new IllegalArgumentException("t " + t + " is not a finite number");
    }
  }

  @Override
  public String name() {
    return DEFINITION.name();
  }

  @Override
  public int passes() {
    return 1;
  }

  @Override
  public Stage begin(Layer layer) {
    DEFINITION.checkInputs(layer, 2);
    Vectors vectors = Vectors.inputs(2);
    return new Gram.Pass(
        vectors, gram -> Gram.combination(vectors, coefficients(gram.cosine(0, 1))));
  }

  private double[] coefficients(double cosine) {
    return Math.abs(cosine) > PARALLEL ? line(t) : arc(t, Math.acos(cosine));
  }

  /// Coefficients on the straight line.
  static double[] line(double t) {
    return new double[] {1 - t, t};
  }

  /// Coefficients on the arc of angle `theta`.
  static double[] arc(double t, double theta) {
    double sine = Math.sin(theta);
    return new double[] {Math.sin((1 - t) * theta) / sine, Math.sin(t * theta) / sine};
  }
}
