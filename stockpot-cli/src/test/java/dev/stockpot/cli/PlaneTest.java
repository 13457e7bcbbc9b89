package dev.stockpot.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

/// A plane in three dimensions, where everything can be seen: θ₀ = (1, 1, 1), θ₁ = θ₀ + (3, 0, 0),
/// θ₂ = θ₀ + (1, 2, 0).
class PlaneTest {
  private static final Plane PLANE = new Plane(9, 3, 2);

  @Test
  void theModelsLieWhereTheyShould() {
    assertThat(PLANE.width()).isEqualTo(3);
    assertThat(PLANE.offset()).isEqualTo(1);
    assertThat(PLANE.angleDegrees()).isCloseTo(Math.toDegrees(Math.atan(2)), within(1e-12));
    assertThat(PLANE.weights(0, 0)).containsExactly(1.0, 0.0, 0.0);
    assertThat(PLANE.weights(3, 0)).containsExactly(0.0, 1.0, 0.0);
    assertThat(PLANE.weights(1, 2)).containsExactly(0.0, 0.0, 1.0);
  }

  @Test
  void weightsAddUpToOneAndGiveThePoint() {
    List<Double> weights = PLANE.weights(-0.7, 2.9);
    double[][] models = {{1, 1, 1}, {4, 1, 1}, {2, 3, 1}};
    double[] point = new double[3];
    for (int i = 0; i < 3; i++) {
      for (int d = 0; d < 3; d++) {
        point[d] += weights.get(i) * models[i][d];
      }
    }
    assertThat(weights.stream().mapToDouble(Double::doubleValue).sum()).isCloseTo(1, within(1e-15));
    assertThat(point).containsExactly(new double[] {1 - 0.7, 1 + 2.9, 1}, within(1e-14));
  }
}
