package dev.stockpot.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.internal.io.WorkFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/// The greedy search over any table of scores, with ties and scores that are missing.
class GreedySearchTest {

  @Property(tries = 60, seed = "7", shrinking = ShrinkingMode.BOUNDED)
  void searchIsTheOneOfThePaper(
      @ForAll("tables") double[] scores, @ForAll Accept accept, @ForAll boolean higherIsBetter)
      throws IOException {
    int count = Integer.numberOfTrailingZeros(scores.length);
    List<String> names = IntStream.range(0, count).mapToObj(i -> "ft-" + i).toList();
    Path folder = Files.createTempDirectory("stockpot-greedy");
    LookUpEvaluator evaluator = LookUpEvaluator.ofScores(higherIsBetter, scores);
    try (TestKitchen test = TestKitchen.in(folder, evaluator, names.toArray(String[]::new))) {
      Choice choice = new GreedySoup(accept).choose(test.kitchen()).getFirst();

      List<Integer> order =
          IntStream.range(0, count)
              .boxed()
              .sorted(Comparator.comparingDouble(i -> cost(scores[1 << i], higherIsBetter)))
              .toList();
      List<Trial> trace = new ArrayList<>();
      int soup = 1 << order.getFirst();
      for (int candidate : order.subList(1, count)) {
        double before = cost(scores[soup], higherIsBetter);
        double after = cost(scores[soup | 1 << candidate], higherIsBetter);
        boolean kept = accept == Accept.GE ? after <= before : after < before;
        trace.add(Trial.of(names.get(candidate), scores[soup | 1 << candidate], kept));
        soup |= kept ? 1 << candidate : 0;
      }
      assertThat(choice.trace()).isEqualTo(trace);
      List<String> members = List.copyOf(choice.dish().weights().keySet());
      int found = members.stream().mapToInt(name -> 1 << names.indexOf(name)).sum();
      assertThat(found).isEqualTo(soup);
      assertThat(members.getFirst()).isEqualTo(names.get(order.getFirst()));
      assertThat(
              Double.compare(
                  cost(scores[found], higherIsBetter),
                  cost(scores[1 << order.getFirst()], higherIsBetter)))
          .as("never worse than the best single model")
          .isNotPositive();
      assertThat(evaluator.calls()).doesNotHaveDuplicates().hasSize(2 * count - 1);
    } finally {
      WorkFolder.delete(folder);
    }
  }

  /// One score for every set of 1 to 5 ingredients; few values, so that many are equal.
  @Provide
  Arbitrary<double[]> tables() {
    Arbitrary<Double> score = Arbitraries.of(0.25, 0.5, 0.625, 0.75, 1.0, Double.NaN);
    return Arbitraries.integers()
        .between(1, 5)
        .flatMap(count ->
            score
                .list()
                .ofSize(1 << count)
                .map(list -> list.stream().mapToDouble(Double::doubleValue).toArray()));
  }

  private static double cost(double score, boolean higherIsBetter) {
    return higherIsBetter ? -score : score;
  }
}
