package dev.stockpot.eval;

import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/// How one candidate did on one set.
///
/// @param set name of the set
/// @param n number of examples
/// @param metrics by name; NaN where a metric could not be computed
/// @param correct which examples were classified correctly, where the evaluator tells
/// @param logits where the evaluator gives them; for ensembles
public record Evaluation(
    String set,
    int n,
    SequencedMap<String, Double> metrics,
    Optional<BitSet> correct,
    Optional<Logits> logits) {

  public Evaluation {
    metrics = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(metrics));
    correct = correct.map(bits -> (BitSet) bits.clone());
  }

  /// The value of a metric.
  ///
  /// @throws IllegalArgumentException if the evaluator did not give it
  public double metric(String name) {
    Double value = metrics.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no metric '" + name + "' in " + metrics.keySet());
    }
    return value;
  }

  /// Number of examples that were classified correctly, where the evaluator tells.
  public Optional<Integer> correctCount() {
    return correct.map(BitSet::cardinality);
  }

}
