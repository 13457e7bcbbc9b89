package dev.stockpot.hipparchus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.stockpot.search.Minimizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EvolutionStrategyTest {
  private static final double[] TARGET = {0.1, 0.9, 0.5, 0.3};

  @Test
  void isFoundAsAService() {
    assertThat(Minimizer.find()).containsInstanceOf(EvolutionStrategy.class);
  }

  @Test
  void comesNearTheLowestPointOfASlantedBowl() {
    List<double[]> points = points(600, 0, EvolutionStrategyTest::bowl);
    double[] best = best(points);
    for (int i = 0; i < TARGET.length; i++) {
      assertThat(best[i]).isCloseTo(TARGET[i], offset(0.01));
    }
  }

  @Test
  void sameSeedSamePointsAndAnotherSeedOthers() {
    List<double[]> first = points(100, 7, EvolutionStrategyTest::bowl);
    List<double[]> again = points(100, 7, EvolutionStrategyTest::bowl);
    assertThat(again.toArray(double[][]::new)).isDeepEqualTo(first.toArray(double[][]::new));
    assertThat(points(100, 8, EvolutionStrategyTest::bowl).get(20)).isNotEqualTo(first.get(20));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 9, 50})
  void neverAsksMoreOftenThanItMayNorOutsideTheBounds(int evaluations) {
    List<double[]> points = points(evaluations, 3, EvolutionStrategyTest::bowl);
    assertThat(points.size()).isLessThanOrEqualTo(evaluations);
    assertThat(points)
        .allSatisfy(
            point -> assertThat(Arrays.stream(point)).allMatch(value -> value >= 0 && value <= 1));
  }

  @Test
  void plateausAndOneDimensionAreNoTrouble() {
    assertThat(points(200, 0, _ -> 1)).isNotEmpty();
    List<Double> asked = new ArrayList<>();
    new EvolutionStrategy()
        .minimize(
            x -> {
              asked.add(x[0]);
              return Math.abs(x[0] - 0.25);
            },
            new double[] {1},
            200,
            0);
    assertThat(asked).anyMatch(x -> Math.abs(x - 0.25) < 1e-3);
  }

  private static double bowl(double... x) {
    double sum = 0;
    for (int i = 0; i < TARGET.length; i++) {
      sum += (1 + 5 * i) * (x[i] - TARGET[i]) * (x[i] - TARGET[i]);
    }
    return sum + (x[0] - TARGET[0]) * (x[1] - TARGET[1]);
  }

  private static List<double[]> points(
      int evaluations, long seed, ToDoubleFunction<double[]> function) {
    List<double[]> points = new ArrayList<>();
    new EvolutionStrategy()
        .minimize(
            x -> {
              points.add(x.clone());
              return function.applyAsDouble(x);
            },
            new double[] {0.5, 0.5, 0.5, 0.5},
            evaluations,
            seed);
    return points;
  }

  private static double[] best(List<double[]> points) {
    return points.stream()
        .min(Comparator.comparingDouble(EvolutionStrategyTest::bowl))
        .orElseThrow();
  }
}
