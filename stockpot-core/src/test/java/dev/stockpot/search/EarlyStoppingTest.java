package dev.stockpot.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.eval.Evaluator;
import dev.stockpot.eval.LinearFamily;
import dev.stockpot.eval.MeanMetric;
import dev.stockpot.eval.Metrics;
import dev.stockpot.internal.io.WorkFolder;
import dev.stockpot.merge.MergeExecutor;
import dev.stockpot.recipe.Ingredient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A greedy search that gives candidates up early finds what one that measures all of them finds.
class EarlyStoppingTest {
  private static final int FAMILIES = 200;

  @TempDir private Path folder;

  @Test
  void findsTheSameSoupAsMeasuringEverything() throws IOException {
    compare(FAMILIES, family -> List.of(new GreedySoup(family % 4 < 2 ? Accept.GE : Accept.GT)));
  }

  @Test
  void soDoOtherRecipesThatGiveUpEarly() throws IOException {
    TrainingRun all = new TrainingRun(List.of());
    compare(
        10,
        family ->
            List.of(
                new PrunedSoup(family % 4 < 2 ? Accept.GE : Accept.GT),
                new GreedySoup(new GreedyRule(Accept.GE, 0, 3)),
                new LastCheckpoints(Optional.empty(), all),
                new MovingAverage(Optional.empty(), all),
                new DecayedRun(Optional.empty(), Optional.empty(), all)));
  }

  @Test
  void soDoSearchesByNextTokenLossAndPerplexity() throws IOException {
    compare(
        60,
        List.of("loss", "perplexity"),
        family -> List.of(new GreedySoup(family % 4 < 2 ? Accept.GE : Accept.GT)));
  }

  private void compare(int families, IntFunction<List<Recipe>> recipes) throws IOException {
    compare(families, List.of("accuracy", "nll"), recipes);
  }

  private void compare(int families, List<String> metrics, IntFunction<List<Recipe>> recipes)
      throws IOException {
    Random random = new Random(42);
    long evaluated = 0;
    long all = 0;
    int stopped = 0;
    for (int family = 0; family < families; family++) {
      long seed = random.nextLong();
      String metric = metrics.get(family % 2);
      for (Recipe recipe : recipes.apply(family)) {
        Path own = Files.createDirectory(folder.resolve("family-" + family));
        Run early = run(own.resolve("early"), seed, metric, recipe, false);
        Run exhaustive = run(own.resolve("exhaustive"), seed, metric, recipe, true);
        assertThat(early.members()).as("family %d", family).isEqualTo(exhaustive.members());
        assertThat(early.soup()).isEqualTo(exhaustive.soup());
        for (int i = 0; i < early.trace().size(); i++) {
          Trial trial = early.trace().get(i);
          Trial whole = exhaustive.trace().get(i);
          assertThat(trial.candidate()).isEqualTo(whole.candidate());
          assertThat(trial.accepted()).isEqualTo(whole.accepted());
          assertThat(whole.bound()).isEmpty();
          if (trial.score().isPresent()) {
            assertThat(trial).isEqualTo(whole);
          } else {
            stopped++;
            double bound = trial.bound().orElseThrow();
            double score = whole.score().orElseThrow();
            assertThat(metric.equals("accuracy") ? bound >= score : bound <= score).isTrue();
          }
        }
        evaluated += early.counts().examples();
        assertThat(early.counts().toTheEnd()).isEqualTo(exhaustive.counts().examples());
        all += exhaustive.counts().examples();
        WorkFolder.delete(own);
      }
    }
    assertThat(stopped).isGreaterThan(families);
    assertThat(evaluated).isLessThan(all);
  }

  /// What a search found.
  private record Run(List<String> members, List<Trial> trace, String soup, Timings.Counts counts) {}

  private static Run run(Path folder, long seed, String metric, Recipe recipe, boolean exhaustive)
      throws IOException {
    Files.createDirectory(folder);
    LinearFamily family =
        Metrics.named(metric) instanceof MeanMetric
            ? LinearFamily.random(folder, seed, metric)
            : LinearFamily.ofTokens(folder, seed, metric);
    List<Ingredient> ingredients = new ArrayList<>();
    Map<String, String> fingerprints = new HashMap<>();
    for (Path file : family.checkpoints()) {
      Checkpoint checkpoint = Checkpoints.open(file);
      ingredients.add(new Ingredient(file.getFileName().toString(), checkpoint));
      fingerprints.put(file.getFileName().toString(), file.getFileName().toString());
    }
    Timings timings = new Timings();
    try (Evaluator evaluator = family.evaluator();
        EvaluationStore store = new EvaluationStore(folder.resolve("work"), Durability.CACHED)) {
      Kitchen kitchen =
          new Kitchen(
              ingredients,
              Optional.empty(),
              fingerprints,
              family.spec(),
              evaluator,
              store,
              new MergeExecutor(1, Progress.NONE),
              new Kitchen.Settings(Optional.empty(), false, false, exhaustive),
              folder.resolve("work"),
              timings);
      Choice choice = recipe.choose(kitchen).getFirst();
      Path soup = folder.resolve("soup.safetensors");
      kitchen
          .executor()
          .execute(((Dish.Soup) choice.dish()).plan(), soup, false, Durability.CACHED);
      return new Run(
          List.copyOf(choice.dish().weights().keySet()),
          choice.trace(),
          HexFormat.of().formatHex(Files.readAllBytes(soup)),
          timings.counts());
    } finally {
      ingredients.forEach(ingredient -> ingredient.checkpoint().close());
    }
  }
}
