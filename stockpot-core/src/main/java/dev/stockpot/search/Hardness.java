package dev.stockpot.search;

import dev.stockpot.eval.Evaluation;
import dev.stockpot.eval.MeanMetric;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// How hard examples are: those that models do worst come first, since it is there that a bad
/// candidate shows soonest.
final class Hardness {
  private Hardness() {}

  /// All examples, the hardest first; equally hard ones as they are stored.
  ///
  /// @param evaluations of several models on one set, at least one
  /// @param mean the metric that is chosen by, if it is a mean over examples
  static int[] order(List<Evaluation> evaluations, Optional<MeanMetric> mean) {
    double[] ease = new double[evaluations.getFirst().n()];
    for (Evaluation evaluation : evaluations) {
      if (mean.isPresent() && evaluation.numbers().isPresent()) {
        double[] numbers = evaluation.numbers().get().read();
        int sign = mean.get().higherIsBetter() ? 1 : -1;
        for (int example = 0; example < ease.length; example++) {
          // Nothing is harder than what gives no number.
          ease[example] +=
              Double.isNaN(numbers[example]) ? Double.NEGATIVE_INFINITY : sign * numbers[example];
        }
      } else {
        Optional<BitSet> bits = evaluation.correct();
        bits.ifPresent(right -> right.stream().forEach(example -> ease[example]++));
      }
    }
    return IntStream.range(0, ease.length)
        .boxed()
        .sorted(Comparator.comparingDouble(example -> ease[example]))
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
