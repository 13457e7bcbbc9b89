package dev.stockpot.method;

import dev.stockpot.merge.Layer;
import dev.stockpot.merge.MergeMethod;
import dev.stockpot.merge.Stage;
import dev.stockpot.method.MethodDefinition.Base;
import dev.stockpot.method.MethodDefinition.Statistics;
import java.util.Arrays;
import java.util.List;

/// The Riemannian (Karcher) mean of the models' directions, times the mean of their norms.
///
/// The mean `u` on the unit sphere makes the tangents to the unit vectors `uᵢ = wᵢ / ‖wᵢ‖` cancel
/// out. From the normalised mean on, it is moved along their mean until that is shorter than `tol`:
///
///     T = mean of θᵢ / sin θᵢ · (uᵢ − cos θᵢ · u)        u ← cos ‖T‖ · u + sin ‖T‖ · T / ‖T‖
///
/// where `θᵢ` is the angle between `u` and `uᵢ`. All of it happens in the coefficients of the `wᵢ`.
/// Tensors of zeros have no direction and count for the norm only. If the `uᵢ` cancel out, the
/// first of them is where it begins; towards the opposite of `u` there is no one way, and none is
/// gone.
///
/// @param maxIter most steps
/// @param tol length of a step that ends it
/// @see <a href="https://doi.org/10.1002/cpa.3160300502">Karcher 1977</a>
public record Karcher(int maxIter, double tol) implements MergeMethod {
  static final MethodDefinition DEFINITION =
      new MethodDefinition(
          "karcher",
          2,
          MethodDefinition.ANY,
          Base.MEMBER,
          Statistics.NONE,
          List.of(Parameter.number("max_iter", 10), Parameter.number("tol", 1e-5)),
          p -> new Karcher((int) p.number("max_iter"), p.number("tol")));

  /// Sine of the smallest angle to the opposite that is not taken for it.
  private static final double OPPOSITE = 1e-6;

  public Karcher {
    if (maxIter < 0) {
      throw new IllegalArgumentException("max_iter " + maxIter + " is less than 0");
    }
    if (!(tol >= 0)) {
      throw new IllegalArgumentException("tol " + tol + " is less than 0");
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
    Vectors vectors = Vectors.inputs(layer.inputs());
    return new Gram.Pass(vectors, gram -> Gram.combination(vectors, coefficients(gram)));
  }

  private double[] coefficients(Gram gram) {
    int k = gram.size();
    double norms = 0;
    int directions = 0;
    for (int i = 0; i < k; i++) {
      norms += gram.norm(i);
      directions += gram.norm(i) > 0 ? 1 : 0;
    }
    double[] mean = directions == 0 ? new double[k] : start(gram, directions);
    if (directions == 0) {
      // Zeros remain zeros, and what is not finite shows.
      Arrays.fill(mean, 1.0 / k);
      return mean;
    }
    for (int step = 0; step < maxIter; step++) {
      double[] tangent = tangent(gram, mean, directions);
      double length = gram.norm(tangent);
      if (length < tol || length == 0) {
        break;
      }
      for (int i = 0; i < k; i++) {
        mean[i] = Math.cos(length) * mean[i] + Math.sin(length) / length * tangent[i];
      }
      scale(mean, 1 / gram.norm(mean));
    }
    scale(mean, norms / k);
    return mean;
  }

  /// The normalised mean of the unit vectors.
  private double[] start(Gram gram, int directions) {
    double[] mean = new double[gram.size()];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = gram.norm(i) == 0 ? 0 : 1 / gram.norm(i) / directions;
    }
    double length = gram.norm(mean);
    if (length >= Math.max(tol, OPPOSITE)) {
      scale(mean, 1 / length);
      return mean;
    }
    int first = 0;
    while (gram.norm(first) == 0) {
      first++;
    }
    double[] unit = new double[mean.length];
    unit[first] = 1 / gram.norm(first);
    return unit;
  }

  private double[] tangent(Gram gram, double[] mean, int directions) {
    double[] tangent = new double[mean.length];
    for (int i = 0; i < mean.length; i++) {
      double norm = gram.norm(i);
      if (norm == 0) {
        continue;
      }
      double cosine = Math.clamp(gram.dot(i, mean) / norm, -1.0, 1.0);
      double angle = Math.acos(cosine);
      double sine = Math.sin(angle);
      if (angle < tol || sine == 0 || (cosine < 0 && sine < OPPOSITE)) {
        continue;
      }
      double factor = angle / sine / directions;
      tangent[i] += factor / norm;
      for (int j = 0; j < mean.length; j++) {
        tangent[j] -= factor * cosine * mean[j];
      }
    }
    return tangent;
  }

  private static void scale(double[] c, double factor) {
    for (int i = 0; i < c.length; i++) {
      c[i] *= factor;
    }
  }
}
