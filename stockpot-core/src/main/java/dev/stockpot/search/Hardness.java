package dev.stockpot.search;

import dev.stockpot.eval.Evaluation;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// How hard examples are: those that most models get wrong come first, since it is there that a bad
/// candidate shows soonest.
final class Hardness {
  private Hardness() {}

  /// All examples, the hardest first; equally hard ones as they are stored.
  ///
  /// @param evaluations of several models on one set, at least one
  static int[] order(List<Evaluation> evaluations) {
    int n = evaluations.getFirst().n();
    int[] correct = new int[n];
    for (Evaluation evaluation : evaluations) {
      Optional<BitSet> bits = evaluation.correct();
      bits.ifPresent(right -> right.stream().forEach(example -> correct[example]++));
    }
    return IntStream.range(0, n)
        .boxed()
        .sorted(Comparator.comparingInt(example -> correct[example]))
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
