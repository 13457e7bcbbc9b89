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

  /// What logits amount to: every metric of [Metrics#ALL], the correct examples, and the logits.
  ///
  /// @param set name of the set
  /// @param labels one class per example
  /// @throws EvaluationException if a label is not among the classes
  /// @throws IllegalArgumentException unless there is one label per example
  public static Evaluation of(String set, Logits logits, int[] labels) {
    if (labels.length != logits.examples()) {
      throw new IllegalArgumentException(
          labels.length + " labels for " + logits.examples() + " examples");
    }
    checkLabels(set, logits.classes(), labels);
    SequencedMap<String, Double> values = new LinkedHashMap<>();
    for (Metric metric : Metrics.ALL) {
      values.put(metric.name(), metric.of(logits, labels));
    }
    BitSet correct = Accuracy.correct(logits, labels);
    return new Evaluation(set, labels.length, values, Optional.of(correct), Optional.of(logits));
  }

  /// @throws EvaluationException if a label is not among the classes
  static void checkLabels(String set, int classes, int[] labels) {
    for (int example = 0; example < labels.length; example++) {
      if (labels[example] >= classes) {
        throw new EvaluationException(
            "set '%s': example %d has the label %d, but the model has %d classes (0 to %d); "
                    .formatted(set, example, labels[example], classes, classes - 1)
                + "correct the labels, or use the model they belong to");
      }
    }
  }

  /// The same with other logits, or none: to put them on disk, or to let go of them.
  public Evaluation withLogits(Optional<Logits> other) {
    return new Evaluation(set, n, metrics, correct, other);
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
