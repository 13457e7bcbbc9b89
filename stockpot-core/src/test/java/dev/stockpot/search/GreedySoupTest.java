package dev.stockpot.search;

import static java.lang.Double.NEGATIVE_INFINITY;
import static java.lang.Double.NaN;
import static java.lang.Double.POSITIVE_INFINITY;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Scores are by members as bits: none, a, b, ab, c, ac, bc, abc.
class GreedySoupTest {
  private static final boolean HIGHER = true;
  private static final boolean LOWER = false;

  @TempDir private Path folder;

  @Test
  void geKeepsATieAndGtDoesNot() {
    double[] scores = {0, 0.8, 0.7, 0.8, 0.6, 0.9, 0, 0.7};
    assertThat(greedy(Accept.GE, HIGHER, scores, "a", "b", "c"))
        .isEqualTo("a + b 0.8 kept, c 0.7 = [a, b]");
    assertThat(greedy(Accept.GT, HIGHER, scores, "a", "b", "c"))
        .isEqualTo("a + b 0.8, c 0.9 kept = [a, c]");
  }

  @Test
  void tiesInTheOrderGoByName() {
    double[] scores = {0, 0.5, 0.5, 0.1, 0.5, 0.1, 0.1, 0.1};
    assertThat(greedy(Accept.GE, HIGHER, scores, "ft-10", "ft-2", "ft-1"))
        .isEqualTo("ft-1 + ft-10 0.1, ft-2 0.1 = [ft-1]");
    assertThat(greedy(Accept.GE, HIGHER, new double[] {0, 0.0, -0.0, -1}, "b", "a"))
        .isEqualTo("a + b -1.0 = [a]");
  }

  @Test
  void lessCanBeBetter() {
    double[] scores = {0, 0.3, 0.1, 0.2, 0.2, 0, 0.1, 0.05};
    assertThat(greedy(Accept.GE, LOWER, scores, "a", "b", "c"))
        .isEqualTo("b + c 0.1 kept, a 0.05 kept = [b, c, a]");
    assertThat(greedy(Accept.GT, LOWER, scores, "a", "b", "c")).isEqualTo("b + c 0.1, a 0.2 = [b]");
  }

  @Test
  void nanComesLastAndIsNeverKept() {
    double[] scores = {0, NaN, 0.2, 0.9, NEGATIVE_INFINITY, 0.3, NaN, NaN};
    assertThat(greedy(Accept.GE, HIGHER, scores, "a", "b", "c"))
        .isEqualTo("b + c NaN, a 0.9 kept = [b, a]");
    assertThat(greedy(Accept.GE, LOWER, new double[] {0, NaN, POSITIVE_INFINITY, NaN}, "a", "b"))
        .isEqualTo("b + a NaN = [b]");
    assertThat(greedy(Accept.GE, HIGHER, new double[] {0, NaN, NaN, 0.5}, "b", "a"))
        .isEqualTo("a + b 0.5 = [a]");
  }

  @Test
  void equalInfinitiesAreATie() {
    double[] scores = {0, POSITIVE_INFINITY, POSITIVE_INFINITY, POSITIVE_INFINITY};
    assertThat(greedy(Accept.GE, LOWER, scores, "a", "b"))
        .isEqualTo("a + b Infinity kept = [a, b]");
    assertThat(greedy(Accept.GT, LOWER, scores, "a", "b")).isEqualTo("a + b Infinity = [a]");
  }

  @Test
  void singleIngredientIsItsOwnSoup() {
    assertThat(greedy(Accept.GE, HIGHER, new double[] {0, 0.5}, "a")).isEqualTo("a +  = [a]");
  }

  @Test
  void nothingIsLeftOfCandidatesAndSums() throws IOException {
    greedy(Accept.GE, HIGHER, new double[] {0, 1, 1, 1, 1, 1, 1, 1}, "a", "b", "c");
    try (Stream<Path> files = Files.walk(folder)) {
      assertThat(files.filter(Files::isRegularFile).map(file -> file.getFileName().toString()))
          .containsOnly(
              "a.safetensors", "b.safetensors", "c.safetensors", "base.safetensors", "select.json");
    }
  }

  /// In words: the first, what was tried with which score, and the result.
  private String greedy(Accept accept, boolean higherIsBetter, double[] scores, String... names) {
    LookUpEvaluator evaluator = LookUpEvaluator.ofScores(higherIsBetter, scores);
    // A folder of its own: the next search has other scores.
    try (TestKitchen test =
        TestKitchen.in(Files.createTempDirectory(folder, "greedy"), evaluator, names)) {
      Choice choice = new GreedySoup(accept).choose(test.kitchen()).getFirst();
      assertThat(choice.dish()).isInstanceOf(Dish.Soup.class);
      List<String> trials =
          choice.trace().stream()
              .map(trial ->
                  trial.candidate()
                      + " "
                      + trial.score().orElseThrow()
                      + (trial.accepted() ? " kept" : ""))
              .toList();
      List<String> kept = List.copyOf(choice.dish().weights().keySet());
      return kept.getFirst() + " + " + String.join(", ", trials) + " = " + kept;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
