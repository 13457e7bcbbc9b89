package dev.stockpot.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.eval.Predictions;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CookTest {
  private static final String[] NAMES = {"a", "b", "c"};

  /// By members as bits: none, a, b, ab, c, ac, bc, abc.
  private static final double[] SCORES = {0.1, 0.7, 0.8, 0.9, 0.6, 0.2, 0.85, 0.3};

  private static final List<String> PLAIN =
      List.of("best", "uniform", "greedy", "ensemble", "greedy-ensemble");
  private static final List<Recipe> RECIPES =
      PLAIN.stream().map(name -> Recipes.named(name).plain()).toList();

  @TempDir private Path folder;

  @Test
  void everyRecipeIsCookedAndNothingIsMeasuredTwice() {
    LookUpEvaluator evaluator = LookUpEvaluator.ofLogits(new int[4], logits());
    Cook.Outcome outcome = cook(evaluator, RECIPES);
    assertThat(outcome.results().stream().map(r -> r.name() + ": " + r.recipe()))
        .containsExactly(
            "base: base",
            "a: individual",
            "b: individual",
            "c: individual",
            "best: best",
            "uniform: uniform",
            "greedy: greedy",
            "ensemble: ensemble",
            "greedy-ensemble: greedy-ensemble");
    assertThat(outcome.results())
        .allSatisfy(result ->
            assertThat(result.evaluations().keySet())
                .containsExactly("select", "test-1", "shift-2"));
    assertThat(outcome.notes()).isEmpty();
    assertThat(outcome.choices().keySet()).containsExactlyElementsOf(PLAIN);
    // Base, a, b, c, uniform and greedy; best is a, and the last that greedy tries is uniform.
    assertThat(evaluator.calls()).doesNotHaveDuplicates().hasSize(6 * 3);

    int before = evaluator.calls().size();
    assertThat(cook(evaluator, RECIPES).results()).isEqualTo(outcome.results());
    assertThat(evaluator.calls()).as("all is known to a later run").hasSize(before);
  }

  @Test
  void onlySelectDecidesAndEverySetIsMeasured() {
    LookUpEvaluator evaluator = LookUpEvaluator.ofScores(true, SCORES);
    List<Recipe> recipes = List.of(new BestModel(), new UniformSoup(), new GreedySoup(Accept.GE));
    Cook.Outcome outcome = cook(evaluator, recipes);
    assertThat(outcome.choices().get("greedy").trace())
        .containsExactly(Trial.of("a", 0.9, true), Trial.of("c", 0.3, false));
    // Base, a, b, c and the uniform soup, then greedy; b + a + c may be rounded unlike a + b + c.
    assertThat(evaluator.calls())
        .containsExactly(
            Stream.of(
                    sets(0),
                    sets(1),
                    sets(2),
                    sets(4),
                    sets(7),
                    Stream.of("3 select"),
                    Stream.of("7 select", "3 test-1", "3 shift-2"))
                .flatMap(calls -> calls)
                .toArray(String[]::new));
    assertThat(outcome.results().getLast().ingredients())
        .containsExactly(entry("b", 0.5), entry("a", 0.5));
  }

  @Test
  void soupsLieInFoldersOfTheirRecipes() {
    Cook.Outcome outcome = cook(LookUpEvaluator.ofScores(true, SCORES), RECIPES);
    assertThat(outcome.files())
        .containsExactly(
            entry("best", path("best")),
            entry("uniform", path("uniform")),
            entry("greedy", path("greedy")));
    assertThat(values(path("best"))).containsExactly(0, 1, 0);
    assertThat(values(path("uniform"))).containsExactly(1 / 3f, 1 / 3f, 1 / 3f);
    assertThat(values(path("greedy"))).containsExactly(0.5f, 0.5f, 0);
  }

  @Test
  void ensemblesAreSkippedWithoutLogits() {
    Cook.Outcome outcome = cook(LookUpEvaluator.ofScores(true, SCORES), RECIPES);
    assertThat(outcome.choices().keySet()).containsExactly("best", "uniform", "greedy");
    assertThat(outcome.notes())
        .containsExactly(
            "ensemble is skipped: it averages logits, and this evaluator gives only metrics; use an"
                + " onnx evaluator",
            "greedy-ensemble is skipped: it averages logits, and this evaluator gives only metrics;"
                + " use an onnx evaluator");
  }

  @Test
  void baseMayBeMissing() {
    LookUpEvaluator evaluator = LookUpEvaluator.ofScores(true, SCORES);
    try (TestKitchen test = TestKitchen.in(folder, evaluator, NAMES)) {
      List<Recipe> recipes = List.of(new UniformSoup());
      Cook cook = new Cook(test.withoutBase(), recipes, folder.resolve("run"));
      assertThat(cook.run().results().stream().map(Result::name))
          .containsExactly("a", "b", "c", "uniform");
    }
  }

  private Cook.Outcome cook(LookUpEvaluator evaluator, List<Recipe> recipes) {
    try (TestKitchen test = TestKitchen.in(folder, evaluator, NAMES)) {
      Path run = folder.resolve("run");
      return new Cook(test.kitchen(), recipes, run).run();
    }
  }

  private Path path(String recipe) {
    return folder.resolve("run").resolve(recipe).resolve("model.safetensors");
  }

  private static float[] values(Path file) {
    try (Checkpoint checkpoint = Checkpoints.open(file)) {
      return checkpoint.tensor("w").data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    }
  }

  private static Stream<String> sets(int members) {
    return Stream.of(members + " select", members + " test-1", members + " shift-2");
  }

  /// Four examples of class 0, of which so many are right by members as bits. The best come in the
  /// order of the names, so that the last candidate of greedy is the uniform soup.
  private static Map<Integer, Predictions> logits() {
    int[] right = {0, 3, 2, 4, 1, 0, 0, 2};
    Map<Integer, Predictions> predictions = new HashMap<>();
    for (int members = 0; members < right.length; members++) {
      float[] values = new float[8];
      for (int example = 0; example < 4; example++) {
        values[2 * example + (example < right[members] ? 0 : 1)] = 1;
      }
      predictions.put(members, new Predictions(4, 2, MemorySegment.ofArray(values)));
    }
    return predictions;
  }
}
