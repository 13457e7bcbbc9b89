package dev.stockpot.cli;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Comparison;
import dev.stockpot.checkpoint.TensorComparison.Pair;
import dev.stockpot.recipe.Ingredient;
import dev.stockpot.recipe.RecipeException;
import java.util.List;
import java.util.Optional;

/// The plane through three models θ₀, θ₁, θ₂, with θ₀ at the origin and θ₁ on the x axis: distances
/// are those between weights.
///
/// @param squares ‖θ₁ − θ₀‖²
/// @param dot ⟨θ₁ − θ₀, θ₂ − θ₀⟩
/// @param height ‖v‖, where v is what of θ₂ − θ₀ is orthogonal to θ₁ − θ₀
record Plane(double squares, double dot, double height) {

  /// Reads all three.
  ///
  /// @throws RecipeException if they lie on one line
  static Plane through(List<Ingredient> models, Progress progress) {
    Pair moves =
        Comparison.of(
                models.get(1).checkpoint(),
                models.get(2).checkpoint(),
                Optional.of(models.get(0).checkpoint()),
                progress)
            .total(true)
            .moves()
            .orElseThrow();
    double squares = moves.squaresA();
    double rest = squares > 0 ? moves.squaresB() - moves.dot() * moves.dot() / squares : 0;
    // What is left of equal directions is rounding.
    if (rest <= 1e-12 * moves.squaresB()) {
      throw new RecipeException(
          "%s, %s and %s lie on one line, or two of them are the same: there is no plane through them; choose other models, or use stockpot interpolate"
              .formatted(models.get(0).name(), models.get(1).name(), models.get(2).name()));
    }
    return new Plane(squares, moves.dot(), Math.sqrt(rest));
  }

  /// Where θ₁ lies on the x axis.
  double width() {
    return Math.sqrt(squares);
  }

  /// Where θ₂ lies along the x axis.
  double offset() {
    return dot / width();
  }

  /// φ, between θ₁ − θ₀ and θ₂ − θ₀.
  double angleDegrees() {
    return Math.toDegrees(Math.atan2(height, offset()));
  }

  /// The weights of the three models at a point; they add up to 1.
  List<Double> weights(double x, double y) {
    double along = x / width();
    double across = y / height;
    double first = along - across * dot / squares;
    return List.of(1 - first - across, first, across);
  }
}
