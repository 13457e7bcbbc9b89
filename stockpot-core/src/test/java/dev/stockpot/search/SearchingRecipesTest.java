package dev.stockpot.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.Npy;
import dev.stockpot.recipe.Ingredient;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Recipes that look at scores, against plain loops over the same scores.
class SearchingRecipesTest {
  private static final String[] NAMES = {"a", "b", "c", "d", "e"};

  @TempDir private Path folder;

  @Test
  void prunedDropsFromTheWorstOnWhatDoesNotHurtAndIsNeverWorseThanUniform() throws IOException {
    Random random = new Random(11);
    for (int round = 0; round < 40; round++) {
      double[] scores = scores(random);
      Accept accept = round % 2 == 0 ? Accept.GE : Accept.GT;
      int members = 31;
      for (int i : worstFirst(scores)) {
        int rest = members & ~(1 << i);
        if (rest != 0 && accept.test(scores[rest], scores[members], true)) {
          members = rest;
        }
      }
      try (TestKitchen test = kitchen(scores)) {
        Choice choice = new PrunedSoup(accept).choose(test.kitchen()).getFirst();
        assertThat(bits(choice)).as("round %d", round).isEqualTo(members);
        assertThat(scores[members]).isGreaterThanOrEqualTo(scores[31]);
        assertThat(choice.trace()).hasSizeBetween(4, 5);
      }
    }
  }

  @Test
  void furtherPassesTryAgainUntilNothingChanges() throws IOException {
    Random random = new Random(5);
    Extent five = new Extent(5, Optional.empty());
    boolean helped = false;
    for (int round = 0; round < 40; round++) {
      double[] scores = scores(random);
      int passes = 1 + round % 3;
      double margin = round % 2 == 0 ? 0 : 0.05;
      int members = greedy(scores, bestFirst(scores), passes, margin);
      helped |= members != greedy(scores, bestFirst(scores), 1, margin);
      try (TestKitchen test = kitchen(scores)) {
        GreedySoup greedy = new GreedySoup(new GreedyRule(Accept.GE, margin, passes));
        assertThat(bits(greedy.choose(test.kitchen()).getFirst()))
            .as("round %d", round)
            .isEqualTo(members);
        assertThat(greedy.cost(five)).isEqualTo(new Cost(passes * 4L, 1).making(3));
      }
    }
    assertThat(helped).as("a second pass has made a difference").isTrue();
  }

  @Test
  void passesEndWhenOneKeepsNothing() throws IOException {
    double[] scores = new double[32];
    scores[1] = 1;
    try (TestKitchen test = kitchen(scores)) {
      GreedyRule rule = new GreedyRule(Accept.GE, 0, 1000);
      assertThat(new GreedySoup(rule).choose(test.kitchen()).getFirst().trace()).hasSize(4);
    }
  }

  @Test
  void aMarginIsWhatACandidateMustGain() {
    GreedyRule rule = new GreedyRule(Accept.GE, 0.25, 1);
    assertThat(rule.keeps(0.75, 0.5, true)).isTrue();
    assertThat(rule.keeps(0.7, 0.5, true)).isFalse();
    assertThat(rule.keeps(0.25, 0.5, false)).isTrue();
    assertThat(rule.keeps(0.3, 0.5, false)).isFalse();
    assertThat(rule.keeps(Double.NaN, 0.5, true)).isFalse();
    assertThat(new GreedyRule(Accept.GT, 0.25, 1).keeps(0.75, 0.5, true)).isFalse();
  }

  @Test
  void randomOrdersAreVariantsAndTheBestOnSelectIsRecommended() throws IOException {
    double[] scores = scores(new Random(2));
    try (TestKitchen test = kitchen(scores)) {
      Recipe recipe = new RandomGreedySoup(GreedyRule.of(Accept.GE), 6, 3);
      List<Choice> choices = recipe.choose(test.kitchen());
      assertThat(choices.stream().map(Choice::name))
          .containsExactly(
              "greedy-random",
              "greedy-random@1",
              "greedy-random@2",
              "greedy-random@3",
              "greedy-random@4",
              "greedy-random@5",
              "greedy-random@6");
      Random random = new Random(3);
      int best = 0;
      Set<Integer> different = new TreeSet<>();
      for (int i = 1; i <= 6; i++) {
        List<Integer> order = new ArrayList<>(List.of(0, 1, 2, 3, 4));
        Collections.shuffle(order, random);
        int members = greedy(scores, order, 1, 0);
        assertThat(bits(choices.get(i))).isEqualTo(members);
        different.add(members);
        best = best == 0 || scores[members] > scores[best] ? members : best;
      }
      assertThat(different).as("orders matter here").hasSizeGreaterThan(1);
      assertThat(bits(choices.getFirst())).isEqualTo(best);
      assertThat(recipe.choose(test.kitchen())).isEqualTo(choices);
    }
  }

  @Test
  void randomOrdersTellMeanAndSpread() throws IOException {
    double[] scores = new double[32];
    Arrays.fill(scores, 0.25);
    // Whoever begins stays alone.
    for (int i = 0; i < 5; i++) {
      scores[1 << i] = 0.5 + 0.1 * i;
    }
    try (TestKitchen test = kitchen(scores)) {
      Recipe recipe = new RandomGreedySoup(GreedyRule.of(Accept.GE), 3, 1);
      Cook.Outcome outcome = new Cook(test.kitchen(), List.of(recipe), folder.resolve("run")).run();
      double[] values =
          outcome.results().stream()
              .filter(result -> result.name().contains("@"))
              .mapToDouble(result -> result.evaluations().get("test-1").metric("accuracy"))
              .toArray();
      double mean = (values[0] + values[1] + values[2]) / 3;
      double deviation =
          Math.sqrt(Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / 2);
      String all =
          "%.4f ± %.4f (%.4f to %.4f)"
              .formatted(
                  mean,
                  deviation,
                  Arrays.stream(values).min().orElseThrow(),
                  Arrays.stream(values).max().orElseThrow());
      assertThat(outcome.notes())
          .containsExactly(
              "greedy-random: accuracy over 3 random orders, mean ± standard deviation (least to"
                  + " most): select "
                  + all
                  + "; test-1 "
                  + all
                  + "; shift-2 "
                  + all);
      assertThat(outcome.files().keySet()).containsExactly("greedy-random");
    }
  }

  @Test
  void aNameOfTheUsersIsThatOfResultsAndVariants() throws IOException {
    try (TestKitchen test = kitchen(scores(new Random(2)))) {
      Recipe recipe =
          new NamedRecipe("shuffled", new RandomGreedySoup(GreedyRule.of(Accept.GE), 2, 3));
      Cook.Outcome outcome = new Cook(test.kitchen(), List.of(recipe), folder.resolve("run")).run();
      assertThat(outcome.results().stream().skip(6).map(r -> r.name() + ": " + r.recipe()))
          .containsExactly(
              "shuffled: greedy-random", "shuffled@1: greedy-random", "shuffled@2: greedy-random");
      assertThat(outcome.files())
          .containsExactly(Map.entry("shuffled", folder.resolve("run/shuffled/model.safetensors")));
      assertThat(outcome.choices().keySet()).containsExactly("shuffled");
    }
  }

  @Test
  void expertsComeFromCategoriesThatHardlyCorrelate() throws IOException {
    Path file = Files.writeString(folder.resolve("c.txt"), "x\nx\nx\nx\ny\ny\ny\ny\nz\nz\n");
    // By x: 4 3 1, by y: 1 3 4, so they correlate by -0.93; z goes half with both.
    BitSet[] correct = {bits(0, 1, 2, 3, 4), bits(0, 1, 2, 4, 5, 6, 8), bits(0, 4, 5, 6, 7)};
    try (TensorKitchen test = new TensorKitchen(folder, 3, values -> values[0], correct)) {
      ExpertSoup all = new ExpertSoup(Optional.of(file), 0.5, 100);
      double[] x = {4, 3, 1};
      double[] z = {0, 1, 0};
      assertThat(ExpertSoup.pearson(x, 1, 3, 4)).isCloseTo(-13 / 14.0, offset(1e-12));
      assertThat(ExpertSoup.pearson(x, z)).isCloseTo(0.18898223650461363, offset(1e-12));
      assertThat(ExpertSoup.pearson(x, 2, 2, 2)).isNaN();
      // x and z correlate weakly, as do y and z: every category sends an expert.
      assertThat(names(all.experts(test.kitchen())))
          .containsExactlyInAnyOrder("ft-1", "ft-2", "ft-3")
          .isEqualTo(names(test.kitchen().bestFirst()));
      assertThat(names(new ExpertSoup(Optional.of(file), 0, 100).experts(test.kitchen())))
          .as("none correlates that weakly")
          .hasSize(1);

      Choice choice = all.choose(test.kitchen()).getFirst();
      assertThat(choice.trace()).hasSize(66);
      Trial first = choice.trace().getFirst();
      assertThat(first.candidate())
          .isEqualTo("1.00 " + names(test.kitchen().bestFirst()).getFirst());
      assertThat(choice.dish().weights()).as("the score is a value's own").hasSize(1);
    }
  }

  @Test
  void theBestPointOfTheGridIsFound() throws IOException {
    Path file = Files.writeString(folder.resolve("c.txt"), "x\nx\nx\nx\ny\ny\ny\ny\nz\nz\n");
    BitSet[] correct = {bits(0, 1, 2, 3, 4), bits(0, 1, 2, 4, 5, 6, 8), bits(0, 4, 5, 6, 7)};
    TensorKitchen.Score score = values -> -Math.abs(values[0] - 1) - Math.abs(values[7] - 0.9);
    try (TensorKitchen test = new TensorKitchen(folder, 3, score, correct)) {
      double best = Double.NEGATIVE_INFINITY;
      for (List<Integer> point : ExpertSoup.grid(3, 10)) {
        float[] values = new float[10];
        for (int i = 0; i < 10; i++) {
          double sum = 0;
          for (int k = 0; k < 3; k++) {
            String name = names(test.kitchen().bestFirst()).get(k);
            sum += point.get(k) * test.values(name)[i];
          }
          values[i] = (float) (sum / 10);
        }
        best = Math.max(best, score.of(values));
      }
      Choice choice = new ExpertSoup(Optional.of(file), 0.5, 100).choose(test.kitchen()).getFirst();
      assertThat(test.kitchen().score((Dish.Soup) choice.dish())).isEqualTo(best);
      assertThat(choice.dish().weights().values().stream().mapToDouble(w -> w).sum())
          .isCloseTo(1, offset(1e-12));
    }
  }

  @Test
  void gridsAreWholeAndAsFineAsTheBudgetAllows() {
    assertThat(ExpertSoup.grid(2, 2)).containsExactly(List.of(2, 0), List.of(1, 1), List.of(0, 2));
    for (int experts = 1; experts <= 5; experts++) {
      for (int steps = 1; steps <= 5; steps++) {
        List<List<Integer>> grid = ExpertSoup.grid(experts, steps);
        assertThat(grid).doesNotHaveDuplicates().hasSize((int) ExpertSoup.points(experts, steps));
        int total = steps;
        assertThat(grid)
            .allMatch(point -> point.stream().mapToInt(Integer::intValue).sum() == total);
      }
    }
  }

  @Test
  void categoriesAreLinesOrIntegers() throws IOException {
    Path text = Files.writeString(folder.resolve("c.txt"), " math\ncode \nmath\n");
    assertThat(Categories.read(text).examples().toString()).isEqualTo("{math={0, 2}, code={1}}");
    for (DType dtype : List.of(DType.U8, DType.I32, DType.I64)) {
      Path npy = folder.resolve(dtype + ".npy");
      byte[] bytes = new byte[3 * dtype.bytes()];
      bytes[0] = 7;
      bytes[2 * dtype.bytes()] = 7;
      Npy.write(npy, dtype, List.of(3L), MemorySegment.ofArray(bytes));
      assertThat(Categories.read(npy).examples().toString()).isEqualTo("{7={0, 2}, 0={1}}");
    }
    Path floats = folder.resolve("floats.npy");
    Npy.write(floats, DType.F32, List.of(1L), MemorySegment.ofArray(new byte[4]));
    assertThatThrownBy(() -> Categories.read(floats))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(floats + ": F32 [1] instead of an integer per example");
    assertThat(new ExpertSoup(Optional.of(floats), 0.5, 9).faults(List.of(), List.of()))
        .containsExactly(floats + ": F32 [1] instead of an integer per example");
  }

  @Test
  void categoriesMustFitSelectAndTheEvaluatorMustTellWhatIsRight() throws IOException {
    Path file = Files.writeString(folder.resolve("c.txt"), "x\ny\n");
    Path ten = Files.writeString(folder.resolve("ten.txt"), "x\n".repeat(10));
    try (TensorKitchen test = new TensorKitchen(folder, 2, _ -> 0)) {
      assertThatThrownBy(() -> new ExpertSoup(Optional.of(file), 0.5, 9).choose(test.kitchen()))
          .isInstanceOf(EvaluationException.class)
          .hasMessage(file + ": categories of 2 examples, but select has 10");
      assertThatThrownBy(() -> new ExpertSoup(Optional.of(ten), 0.5, 9).choose(test.kitchen()))
          .isInstanceOf(EvaluationException.class)
          .hasMessage(
              "soce needs to know which examples are right, which this evaluator does not tell; a"
                  + " command may print \"correct\": [0, 1, …]");
    }
    assertThat(Recipes.named("soce").plain().faults(List.of(), List.of()))
        .containsExactly(
            "it needs 'categories': a file with the category of each example of select");
  }

  @Test
  void searchMixesByGroupAndIsNeverWorseThanItsStart() {
    TensorKitchen.Score score = values -> -Math.abs(values[0] - 1) - Math.abs(values[7] - 0.9);
    try (TensorKitchen test = new TensorKitchen(folder, 3, score)) {
      List<String> asked = new ArrayList<>();
      Minimizer minimizer =
          (function, start, evaluations, seed) -> {
            asked.add(evaluations + " evaluations, seed " + seed + ", from " + start.length);
            double mixed = function.applyAsDouble(new double[] {0.5, 0.25, 0.25, 0, 1, 0});
            assertThat(function.applyAsDouble(new double[] {0, 0, 0, 0, 0, 1})).isNotEqualTo(mixed);
          };
      Recipe recipe =
          new CoefficientSearch(List.of("conv"), Optional.empty(), 50, 4, Optional.of(minimizer));
      Choice choice = recipe.choose(test.kitchen()).getFirst();
      assertThat(asked).containsExactly("49 evaluations, seed 4, from 6");
      assertThat(choice.trace()).hasSize(3);
      double uniform = choice.trace().getFirst().score().orElseThrow();
      assertThat(uniform)
          .isEqualTo(test.kitchen().score(test.kitchen().mean(test.kitchen().ingredients())));
      assertThat(test.kitchen().score((Dish.Soup) choice.dish())).isGreaterThanOrEqualTo(uniform);
      assertThat(recipe.cost(new Extent(3, Optional.empty()))).isEqualTo(new Cost(49, 1).making(1));

      Dish.Soup mixed =
          Mixtures.mean(
              test.kitchen(),
              test.kitchen().ingredients(),
              List.of(List.of(0.5, 0.25, 0.25), List.of(0.0, 1.0, 0.0)),
              new Mixtures.Groups(List.of("conv")));
      double[] values = test.values(new Choice("mixed", mixed), folder);
      for (int i = 0; i < 10; i++) {
        double b = test.values("ft-2")[i];
        double expected =
            i < 6 ? 0.5 * test.values("ft-1")[i] + 0.25 * b + 0.25 * test.values("ft-3")[i] : b;
        assertThat(values[i]).isCloseTo(expected, offset(2e-7));
      }
      assertThat(mixed.weights().get("ft-1")).isCloseTo(0.3, offset(1e-12));
      assertThat(mixed.weights().get("ft-2")).isCloseTo(0.55, offset(1e-12));
    }
  }

  @Test
  void searchStartsFromASoupIfToldTo() {
    try (TensorKitchen test = new TensorKitchen(folder, 3, _ -> Double.NaN)) {
      List<double[]> starts = new ArrayList<>();
      Minimizer minimizer = (_, start, _, _) -> starts.add(start);
      Recipe fromOne =
          new CoefficientSearch(List.of(), Optional.of("ft-2"), 2, 0, Optional.of(minimizer));
      Choice choice = fromOne.choose(test.kitchen()).getFirst();
      assertThat(starts.getFirst()).containsExactly(0, 0.5, 0);
      assertThat(choice.dish().weights()).isEqualTo(Map.of("ft-2", 1.0));
    }
  }

  @Test
  void namesThatAreNotThereAreTold() {
    try (TensorKitchen test = new TensorKitchen(folder, 2, _ -> 0)) {
      List<Ingredient> models = test.kitchen().ingredients();
      assertThat(new WiseFt(Optional.of("gredy"), 2).faults(models, List.of("greedy")))
          .containsExactly(
              "'of' names 'gredy', which is neither cooked before it nor an ingredient; there are"
                  + " greedy, ft-1, ft-2");
      assertThat(new WiseFt(Optional.of("greedy"), 2).faults(models, List.of("greedy"))).isEmpty();
      assertThat(
              new CoefficientSearch(
                      List.of("conv", "v.w"), Optional.of("x"), 2, 0, Optional.empty())
                  .faults(models, List.of()))
          .containsExactly(
              "'start' names 'x', which is neither cooked before it nor an ingredient; there are"
                  + " ft-1, ft-2",
              "'groups': no tensor is left for 'v.w', such as 'conv.w'");
      TrainingRun twice = new TrainingRun(List.of("ft-1", "ft-1", "ft-9"));
      assertThat(new LastCheckpoints(Optional.empty(), twice).faults(models, List.of()))
          .containsExactly(
              "'run' names 'ft-1' twice",
              "'run' names 'ft-9', which is no ingredient; there are [ft-1, ft-2]");
      assertThat(
              new LastCheckpoints(Optional.of(3), new TrainingRun(List.of()))
                  .faults(models, List.of()))
          .containsExactly("it takes the last 3 checkpoints of a run of 2");
      assertThat(Recipes.named("stock").plain().faults(models.subList(0, 1), List.of()))
          .containsExactly("it needs two ingredients or more");
    }
  }

  @Test
  void everyRecipeHasItsNameAndOnlyTheUsualOnesAreCookedUnasked() {
    assertThat(Recipes.names()).doesNotHaveDuplicates();
    for (RecipeDefinition definition : Recipes.ALL) {
      Recipe recipe = definition.plain();
      assertThat(recipe.name()).isEqualTo(definition.name());
      assertThat(recipe.definition()).isEqualTo(definition);
      assertThat(definition.parameters().stream().map(RecipeParameter::name))
          .doesNotHaveDuplicates()
          .doesNotContain("name", "recalibrate");
    }
    assertThat(
            Recipes.ALL.stream()
                .filter(definition -> definition.apart().isEmpty())
                .map(RecipeDefinition::name))
        .containsExactly(
            "best",
            "uniform",
            "greedy",
            "pruned",
            "stock",
            "wise-ft",
            "ensemble",
            "greedy-ensemble");
  }

  private TestKitchen kitchen(double... scores) throws IOException {
    return TestKitchen.in(
        Files.createTempDirectory(folder, "kitchen"),
        LookUpEvaluator.ofScores(true, scores),
        NAMES);
  }

  /// By members as bits; in tenths, so that there are ties.
  private static double[] scores(Random random) {
    return random.ints(32, 1, 10).mapToDouble(tenths -> tenths / 10.0).toArray();
  }

  private static List<Integer> bestFirst(double... scores) {
    List<Integer> order = new ArrayList<>(List.of(0, 1, 2, 3, 4));
    order.sort(Comparator.comparingDouble(i -> -scores[1 << i]));
    return order;
  }

  private static List<Integer> worstFirst(double... scores) {
    return bestFirst(scores).reversed();
  }

  private static int greedy(double[] scores, List<Integer> order, int passes, double margin) {
    int members = 1 << order.getFirst();
    for (int pass = 0; pass < passes; pass++) {
      for (int i : order) {
        int more = members | 1 << i;
        if (more != members && scores[more] >= scores[members] + margin) {
          members = more;
        }
      }
    }
    return members;
  }

  private static int bits(Choice choice) {
    return choice.dish().weights().keySet().stream()
        .mapToInt(name -> 1 << List.of(NAMES).indexOf(name))
        .sum();
  }

  private static BitSet bits(int... set) {
    BitSet bits = new BitSet();
    for (int i : set) {
      bits.set(i);
    }
    return bits;
  }

  private static List<String> names(List<Ingredient> ingredients) {
    return ingredients.stream().map(Ingredient::name).toList();
  }
}
