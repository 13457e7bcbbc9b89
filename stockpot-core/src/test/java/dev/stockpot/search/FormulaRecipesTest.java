package dev.stockpot.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.method.ModelStock.Angle;
import dev.stockpot.recipe.Ingredient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Recipes against their formulas in plain double arithmetic, on real tensors.
class FormulaRecipesTest {
  /// Half of a float's last place, and the sum's own rounding.
  private static final double ROUNDING = 2e-7;

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(Angle.class)
  void stockIsTheFormulaByTensorAndTellsTheBasesShare(Angle angle) {
    try (TensorKitchen test = new TensorKitchen(folder, 3, _ -> 0)) {
      Choice choice = new StockSoup(Optional.of(angle), false).choose(test.kitchen()).getFirst();
      double[] expected = new double[10];
      double conv = stock(test, angle, 0, 6, expected);
      double fc = stock(test, angle, 6, 10, expected);
      assertThat(conv).isStrictlyBetween(0.0, 1.0);
      assertClose(test.values(choice, folder), expected);
      double t = (6 * conv + 4 * fc) / 10;
      assertThat(choice.dish().weights().keySet()).containsExactly("base", "ft-1", "ft-2", "ft-3");
      assertThat(choice.dish().weights().get("base")).isCloseTo(1 - t, offset(1e-12));
      assertThat(choice.dish().weights().get("ft-2")).isCloseTo(t / 3, offset(1e-12));
    }
  }

  @Test
  void stockRecommendsTheMeanAngleAndReportsTheOthers() {
    try (TensorKitchen test = new TensorKitchen(folder, 3, _ -> 0)) {
      List<Choice> choices = Recipes.named("stock").plain().choose(test.kitchen());
      assertThat(choices.stream().map(Choice::name))
          .containsExactly("stock", "stock@mean-cosine", "stock@direct");
      assertThat(choices.getFirst().dish())
          .isEqualTo(
              new StockSoup(Optional.of(Angle.MEAN_ANGLE), false)
                  .choose(test.kitchen())
                  .getFirst()
                  .dish());
      assertThat(test.evaluations()).as("nothing is chosen").isZero();
    }
  }

  @Test
  void wiseFtRunsFromTheBaseToTheModelBitForBit() {
    try (TensorKitchen test = new TensorKitchen(folder, 2, values -> -Math.abs(values[0]))) {
      List<Choice> choices = new WiseFt(Optional.of("ft-2"), 4).choose(test.kitchen());
      assertThat(choices.stream().map(Choice::name))
          .containsExactly(
              "wise-ft", "wise-ft@0", "wise-ft@0.25", "wise-ft@0.5", "wise-ft@0.75", "wise-ft@1");
      double[] base = test.values("base");
      double[] model = test.values("ft-2");
      assertThat(test.values(choices.get(1), folder)).isEqualTo(base);
      assertThat(test.values(choices.get(5), folder)).isEqualTo(model);
      for (int step = 1; step <= 3; step++) {
        double alpha = step / 4.0;
        double[] expected =
            IntStream.range(0, 10)
                .mapToDouble(i -> (1 - alpha) * base[i] + alpha * model[i])
                .toArray();
        assertClose(test.values(choices.get(1 + step), folder), expected);
        assertThat(choices.get(1 + step).dish().weights())
            .isEqualTo(Map.of("base", 1 - alpha, "ft-2", alpha));
      }
      Choice best =
          choices.stream()
              .skip(1)
              .min((a, b) ->
                  Double.compare(
                      Math.abs(test.values(a, folder)[0]), Math.abs(test.values(b, folder)[0])))
              .orElseThrow();
      assertThat(choices.getFirst().dish()).isEqualTo(best.dish());
      assertThat(choices.getFirst().trace()).hasSize(5);
    }
  }

  @Test
  void wiseFtTakesTheBestSoFarUnlessToldWhat() {
    // The uniform soup of unlike values is best, by far.
    TensorKitchen.Score nearMean = values -> -spread(values);
    try (TensorKitchen test = new TensorKitchen(folder, 3, nearMean)) {
      assertThat(test.kitchen().bestSoFar().soup().weights()).hasSize(1);
      List<Recipe> recipes = List.of(new UniformSoup(), new WiseFt(Optional.empty(), 2));
      Cook.Outcome outcome = new Cook(test.kitchen(), recipes, folder.resolve("run")).run();
      Result uniform = named(outcome, "uniform");
      Result end = named(outcome, "wise-ft@1");
      Result middle = named(outcome, "wise-ft@0.5");
      boolean uniformIsBest =
          outcome.results().stream()
              .filter(result -> result.recipe().equals(Result.INDIVIDUAL))
              .allMatch(result -> score(result) <= score(uniform));
      assertThat(end.ingredients().size()).isEqualTo(uniformIsBest ? 3 : 1);
      assertThat(middle.ingredients().get("base")).isEqualTo(0.5);
      assertThat(outcome.files().keySet()).containsExactly("uniform", "wise-ft");
      assertThat(outcome.results().stream().map(Result::recipe).skip(5)).containsOnly("wise-ft");
      assertThat(new Ranking(test.kitchen().eval(), true).chosen(outcome.results()))
          .map(Result::isRecommended)
          .hasValue(true);
    }
  }

  @Test
  void labelsOfTheCurveAreShort() {
    assertThat(WiseFt.label(0, 10)).isEqualTo("0");
    assertThat(WiseFt.label(3, 10)).isEqualTo("0.3");
    assertThat(WiseFt.label(10, 10)).isEqualTo("1");
    assertThat(WiseFt.label(1, 3)).isEqualTo("0.3333");
    assertThat(WiseFt.label(100, 1000)).isEqualTo("0.1");
  }

  @Test
  void movingAverageIsTheRecursion() {
    try (TensorKitchen test = new TensorKitchen(folder, 12, _ -> 0)) {
      Recipe recipe = new MovingAverage(Optional.of(0.7), new TrainingRun(List.of()));
      double[] expected = test.values("ft-1");
      for (int k = 2; k <= 12; k++) {
        double[] next = test.values("ft-" + k);
        for (int i = 0; i < 10; i++) {
          expected[i] = 0.7 * expected[i] + 0.3 * next[i];
        }
      }
      Choice choice = recipe.choose(test.kitchen()).getFirst();
      assertClose(test.values(choice, folder), expected);
      assertThat(choice.dish().weights().keySet())
          .as("natural order: ft-10 after ft-9")
          .containsExactlyElementsOf(
              IntStream.rangeClosed(1, 12).mapToObj(k -> "ft-" + k).toList());
      assertThat(test.evaluations()).isZero();
    }
  }

  @Test
  void lastCheckpointsAreChosenOnSelectUnlessTheirNumberIsGiven() {
    try (TensorKitchen test = new TensorKitchen(folder, 4, values -> -Math.abs(values[3] - 1))) {
      TrainingRun run = new TrainingRun(List.of("ft-4", "ft-2", "ft-3"));
      double best = Double.NEGATIVE_INFINITY;
      int bestK = 0;
      for (int k = 3; k >= 1; k--) {
        Choice given = new LastCheckpoints(Optional.of(k), run).choose(test.kitchen()).getFirst();
        double[] expected = new double[10];
        for (String name : List.of("ft-4", "ft-2", "ft-3").subList(3 - k, 3)) {
          for (int i = 0; i < 10; i++) {
            expected[i] += test.values(name)[i] / k;
          }
        }
        assertClose(test.values(given, folder), expected);
        double score = test.kitchen().score((Dish.Soup) given.dish());
        if (score > best) {
          best = score;
          bestK = k;
        }
      }
      Choice chosen = new LastCheckpoints(Optional.empty(), run).choose(test.kitchen()).getFirst();
      assertThat(chosen.dish().weights()).hasSize(bestK);
      assertThat(chosen.trace().stream().map(Trial::candidate))
          .containsExactly("k=3", "k=2", "k=1");
    }
  }

  @ParameterizedTest
  @EnumSource(DecayedRun.Shape.class)
  void decayedRunTakesTheStepsAtTheDecayedRate(DecayedRun.Shape shape) {
    try (TensorKitchen test = new TensorKitchen(folder, 6, _ -> 0)) {
      Recipe recipe =
          new DecayedRun(Optional.of(shape), Optional.of(5), new TrainingRun(List.of()));
      double[] expected = test.values("ft-2");
      for (int j = 1; j <= 4; j++) {
        double left = shape.at(j / 5.0);
        for (int i = 0; i < 10; i++) {
          expected[i] += left * (test.values("ft-" + (2 + j))[i] - test.values("ft-" + (1 + j))[i]);
        }
      }
      assertClose(test.values(recipe.choose(test.kitchen()).getFirst(), folder), expected);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 100})
  void weightsOfARunAddUpToOneAndNoneIsNegative(int n) {
    List<List<Double>> all = new ArrayList<>();
    for (DecayedRun.Shape shape : DecayedRun.Shape.values()) {
      all.add(DecayedRun.weights(n, shape));
    }
    MovingAverage.DECAYS.forEach(decay -> all.add(MovingAverage.weights(n, decay)));
    for (List<Double> weights : all) {
      assertThat(weights).hasSize(n).allMatch(weight -> weight >= 0);
      assertThat(weights.stream().mapToDouble(Double::doubleValue).sum())
          .isCloseTo(1, offset(1e-12));
    }
    assertThat(DecayedRun.weights(n, DecayedRun.Shape.LINEAR)).containsOnly(1.0 / n);
  }

  @Test
  void fisherWeighsEveryElement() {
    try (TensorKitchen test = new TensorKitchen(folder, 3, _ -> 0)) {
      Random random = new Random(3);
      List<Ingredient> statistics = new ArrayList<>();
      double[] above = new double[10];
      double[] below = new double[10];
      for (int k = 1; k <= 3; k++) {
        float[] fisher = new float[10];
        for (int i = 0; i < 10; i++) {
          fisher[i] = random.nextFloat();
          above[i] += fisher[i] * test.values("ft-" + k)[i];
          below[i] += fisher[i];
        }
        statistics.add(
            test.statistics(
                folder,
                "fisher-" + k,
                Map.of(
                    TensorKitchen.conv(), TensorKitchen.part(fisher, 0, 6),
                    TensorKitchen.fc(), TensorKitchen.part(fisher, 6, 10))));
      }
      Recipe recipe = Recipes.named("fisher").with(Map.of(), statistics);
      assertThat(recipe.faults(test.kitchen().ingredients(), List.of())).isEmpty();
      Choice choice = recipe.choose(withPrints(test.kitchen(), statistics)).getFirst();
      double[] expected = IntStream.range(0, 10).mapToDouble(i -> above[i] / below[i]).toArray();
      assertClose(test.values(choice, folder), expected);
    }
  }

  @Test
  void regMeanSolvesLinearLayersAndAveragesTheRest() {
    try (TensorKitchen test = new TensorKitchen(folder, 2, _ -> 0)) {
      List<Ingredient> statistics = new ArrayList<>();
      TensorSpec gram = new TensorSpec("conv.w", DType.F32, List.of(3L, 3L));
      // Diagonal, so that the solution is a mean weighted by inputs.
      float[][] diagonals = {{1, 2, 3}, {3, 2, 1}};
      for (int k = 0; k < 2; k++) {
        float[] values = new float[9];
        for (int i = 0; i < 3; i++) {
          values[4 * i] = diagonals[k][i];
        }
        statistics.add(test.statistics(folder, "gram-" + k, Map.of(gram, values)));
      }
      Recipe recipe = Recipes.named("regmean").with(Map.of(), statistics);
      assertThat(recipe.faults(test.kitchen().ingredients(), List.of())).isEmpty();
      Choice choice = recipe.choose(withPrints(test.kitchen(), statistics)).getFirst();
      double[] a = test.values("ft-1");
      double[] b = test.values("ft-2");
      double[] expected = new double[10];
      for (int i = 0; i < 10; i++) {
        double share = i < 6 ? diagonals[0][i % 3] / 4.0 : 0.5;
        expected[i] = share * a[i] + (1 - share) * b[i];
      }
      assertClose(test.values(choice, folder), expected);
    }
  }

  @Test
  void statisticsThatDoNotFitAreTold() {
    try (TensorKitchen test = new TensorKitchen(folder, 2, _ -> 0)) {
      TensorSpec wide = new TensorSpec("conv.w", DType.F32, List.of(3L, 2L));
      Ingredient bad = test.statistics(folder, "bad", Map.of(wide, new float[6]));
      Ingredient good =
          test.statistics(
              folder,
              "good",
              Map.of(TensorKitchen.conv(), new float[6], TensorKitchen.fc(), new float[4]));
      List<Ingredient> models = test.kitchen().ingredients();
      assertThat(Recipes.named("fisher").plain().faults(models, List.of()))
          .containsExactly(
              "'statistics' must be a checkpoint per ingredient, in their order: 2, not 0");
      assertThat(
              Recipes.named("fisher").with(Map.of(), List.of(good, bad)).faults(models, List.of()))
          .containsExactly(
              folder
                  + "/bad.safetensors: tensor 'conv.w': F32 [3, 2] instead of floats of shape"
                  + " [2, 3]",
              folder
                  + "/bad.safetensors: tensor 'fc.w' is missing; it must be floats of shape [4]");
      assertThat(
              Recipes.named("regmean").with(Map.of(), List.of(bad, bad)).faults(models, List.of()))
          .containsOnly(
              folder
                  + "/bad.safetensors: tensor 'conv.w': F32 [3, 2] instead of floats of shape"
                  + " [3, 3]");
    }
  }

  /// Makes what a tensor should be; returns its ratio.
  private static double stock(TensorKitchen test, Angle angle, int from, int to, double[] target) {
    double[] base = test.values("base");
    double[][] deltas = new double[3][];
    for (int k = 0; k < 3; k++) {
      double[] model = test.values("ft-" + (k + 1));
      deltas[k] = IntStream.range(from, to).mapToDouble(i -> model[i] - base[i]).toArray();
    }
    double cosines = 0;
    double angles = 0;
    double products = 0;
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < i; j++) {
        double product = dot(deltas[i], deltas[j]);
        double cosine = product / Math.sqrt(dot(deltas[i], deltas[i]) * dot(deltas[j], deltas[j]));
        cosines += cosine / 3;
        angles += Math.acos(cosine) / 3;
        products += product / 3;
      }
    }
    double[] mean = new double[to - from];
    for (double[] delta : deltas) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += delta[i] / 3;
      }
    }
    double t =
        switch (angle) {
          case MEAN_COSINE -> ratio(cosines);
          case MEAN_ANGLE -> ratio(Math.cos(angles));
          case DIRECT -> Math.max(0, products / dot(mean, mean));
        };
    for (int i = 0; i < mean.length; i++) {
      target[from + i] = base[from + i] + t * mean[i];
    }
    return t;
  }

  private static double ratio(double cosine) {
    return Math.max(0, 3 * cosine / (1 + 2 * cosine));
  }

  private static double dot(double[] x, double... y) {
    return IntStream.range(0, x.length).mapToDouble(i -> x[i] * y[i]).sum();
  }

  private static double spread(float... values) {
    double sum = 0;
    for (float value : values) {
      sum += value * value;
    }
    return sum;
  }

  private static double score(Result result) {
    return result.evaluations().get("select").metric("accuracy");
  }

  private static Result named(Cook.Outcome outcome, String name) {
    return outcome.results().stream()
        .filter(result -> result.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /// The kitchen with fingerprints of more models.
  private static Kitchen withPrints(Kitchen kitchen, List<Ingredient> more) {
    Map<String, String> prints = new HashMap<>(kitchen.fingerprints());
    more.forEach(each -> prints.put(each.name(), "print of " + each.name()));
    return new Kitchen(
        kitchen.ingredients(),
        kitchen.base(),
        prints,
        kitchen.eval(),
        kitchen.evaluator(),
        kitchen.store(),
        kitchen.executor(),
        kitchen.settings(),
        kitchen.work(),
        kitchen.timings());
  }

  private static void assertClose(double[] actual, double... expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i])
          .as(Arrays.toString(actual))
          .isCloseTo(expected[i], offset(ROUNDING * Math.max(1, Math.abs(expected[i]))));
    }
  }
}
