package dev.stockpot.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stockpot.search.CoefficientTraining.Settings;
import dev.stockpot.search.CoefficientTraining.Slope;
import dev.stockpot.search.LearnedSoup.Layers;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CoefficientTrainingTest {
  private static final int EXAMPLES = SoftmaxExamples.COUNT;
  private static final List<String> ALL = List.of("conv.w", "fc.w");

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({"false, true", "false, false", "true, true", "true, false"})
  void gradientsAreCentralDifferencesOfTheLoss(boolean byLayer, boolean softmax) {
    try (TensorKitchen models = new TensorKitchen(folder, 4, _ -> 0)) {
      CoefficientTraining training = training(models, ALL, byLayer, settings(softmax));
      double[] point = training.start();
      Random random = new Random(3);
      for (int i = 0; i < point.length; i++) {
        point[i] += 0.3 * random.nextGaussian();
      }

      Slope slope = training.slope(point, IntStream.range(0, EXAMPLES).toArray());

      assertThat(slope.loss()).isCloseTo(training.loss(point), within(1e-9));
      assertThat(slope.gradient()).hasSize((byLayer ? 2 : 1) * 4 + 1);
      double length = 0;
      for (double each : slope.gradient()) {
        length = Math.max(length, Math.abs(each));
      }
      for (int i = 0; i < point.length; i++) {
        assertThat(slope.gradient()[i])
            .as("number %d", i)
            .isCloseTo(difference(training, point, i), within(1e-3 * length));
      }
    }
  }

  @Test
  void theLossNeverEndsAboveThatOfTheUniformSoup() {
    try (TensorKitchen models = new TensorKitchen(folder, 4, _ -> 0)) {
      for (boolean byLayer : new boolean[] {false, true}) {
        CoefficientTraining training = training(models, ALL, byLayer, settings(true));
        Coefficients learned = training.choice("learned").coefficients().orElseThrow();

        double uniform = training.loss(training.start());
        assertThat(learned.losses()).hasSize(6);
        assertThat(learned.losses().getFirst()).isEqualTo(uniform);
        assertThat(learned.losses().stream().mapToDouble(loss -> loss).min().orElseThrow())
            .isLessThan(uniform);
        assertThat(learned.layers()).isEqualTo(byLayer ? ALL : List.of("all"));
        for (List<Double> row : learned.alpha()) {
          assertThat(row.stream().mapToDouble(a -> a).sum()).isCloseTo(1, within(1e-12));
        }
      }
    }
  }

  @Test
  void aRateThatOnlyHarmsLeavesTheUniformSoup() {
    try (TensorKitchen models = new TensorKitchen(folder, 3, _ -> 0)) {
      Settings wild = new Settings(false, 1, EXAMPLES, 1000, 0);
      Choice choice = training(models, ALL, false, wild).choice("learned");

      assertThat(choice.coefficients().orElseThrow().alpha())
          .containsExactly(List.of(1.0 / 3, 1.0 / 3, 1.0 / 3));
      double[] mean = new double[10];
      for (String name : List.of("ft-1", "ft-2", "ft-3")) {
        double[] values = models.values(name);
        for (int i = 0; i < mean.length; i++) {
          mean[i] += values[i] / 3;
        }
      }
      assertThat(models.values(choice, folder)).containsExactly(mean, within(1e-6));
    }
  }

  @Test
  void aBufferTakesTheMeanOfTheRows() {
    try (TensorKitchen models = new TensorKitchen(folder, 3, _ -> 0)) {
      Choice choice = training(models, List.of("conv.w"), true, settings(false)).choice("learned");
      Coefficients learned = choice.coefficients().orElseThrow();

      assertThat(learned.layers()).containsExactly("conv.w");
      List<Double> row = learned.alpha().getFirst();
      double[] expected = new double[10];
      for (int k = 0; k < 3; k++) {
        double[] values = models.values("ft-" + (k + 1));
        for (int i = 0; i < expected.length; i++) {
          expected[i] += row.get(k) * values[i];
        }
      }
      assertThat(models.values(choice, folder)).containsExactly(expected, within(1e-6));
    }
  }

  @Test
  void aSeedLeadsToTheSameCoefficients() {
    try (TensorKitchen models = new TensorKitchen(folder, 3, _ -> 0)) {
      Settings small = new Settings(true, 2, 7, 0.05, 4);
      Coefficients once =
          training(models, ALL, true, small).choice("learned").coefficients().orElseThrow();
      assertThat(training(models, ALL, true, small).choice("learned").coefficients())
          .contains(once);
      Settings other = new Settings(true, 2, 7, 0.05, 5);
      assertThat(training(models, ALL, true, other).choice("learned").coefficients().orElseThrow())
          .isNotEqualTo(once);
    }
  }

  private static Settings settings(boolean softmax) {
    return new Settings(softmax, 5, EXAMPLES, 0.05, 0);
  }

  private static double difference(CoefficientTraining training, double[] point, int i) {
    double step = 1e-2;
    double[] up = point.clone();
    up[i] += step;
    double[] down = point.clone();
    down[i] -= step;
    return (training.loss(up) - training.loss(down)) / (2 * step);
  }

  private static CoefficientTraining training(
      TensorKitchen models, List<String> parameters, boolean byLayer, Settings settings) {
    SoftmaxRegression network = new SoftmaxRegression(parameters);
    Kitchen kitchen = models.kitchen();
    Layers layers = Layers.of(kitchen.ingredients().getFirst().checkpoint(), parameters, byLayer);
    return new CoefficientTraining(kitchen, network, new SoftmaxExamples(), layers, settings);
  }
}
