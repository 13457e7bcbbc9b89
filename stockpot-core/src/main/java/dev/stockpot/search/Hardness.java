package dev.stockpot.search;

import dev.stockpot.eval.Evaluation;
import dev.stockpot.eval.ExampleNumbers;
import dev.stockpot.eval.WeightedMetric;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// How hard examples are: those that models do worst come first, since it is there that a bad
/// candidate shows soonest.
///
/// @param order all examples, the hardest first; equally hard ones as they are stored
/// @param weights of the examples, as they are stored, where the metric that is chosen by tells
@SuppressWarnings("ArrayRecordComponent") // Plain numbers; they are not compared.
record Hardness(int[] order, Optional<double[]> weights) {

  /// @param evaluations of several models on one set, at least one
  /// @param chosen the metric that is chosen by, if it is a mean
  static Hardness of(List<Evaluation> evaluations, Optional<WeightedMetric> chosen) {
    double[] ease = new double[evaluations.getFirst().n()];
    Optional<double[]> weights = Optional.empty();
    for (Evaluation evaluation : evaluations) {
      if (chosen.isPresent() && evaluation.numbers().isPresent()) {
        double[] numbers = evaluation.numbers().map(ExampleNumbers::read).get();
        double[] sums = chosen.get().sums(numbers);
        int sign = chosen.get().higherIsBetter() ? 1 : -1;
        for (int example = 0; example < ease.length; example++) {
          // Nothing is harder than what gives no number.
          ease[example] +=
              Double.isNaN(sums[example]) ? Double.NEGATIVE_INFINITY : sign * sums[example];
        }
        weights = Optional.of(chosen.get().weights(numbers));
      } else {
        Optional<BitSet> bits = evaluation.correct();
        bits.ifPresent(right -> right.stream().forEach(example -> ease[example]++));
      }
    }
    int[] order =
        IntStream.range(0, ease.length)
            .boxed()
            .sorted(Comparator.comparingDouble(example -> ease[example]))
            .mapToInt(Integer::intValue)
            .toArray();
    return new Hardness(order, weights);
  }
}
