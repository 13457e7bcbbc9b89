package dev.stockpot.eval;

import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/// How one candidate did on one set.
///
/// @param set name of the set
/// @param n number of examples
/// @param metrics by name; NaN where a metric could not be computed
/// @param correct which examples were classified correctly, where the evaluator tells
/// @param predictions where the evaluator gives them; for ensembles
/// @param numbers what the metric that is chosen by needs of each example, where that is more than
///   `correct` tells; for statistics
public record Evaluation(
    String set,
    int n,
    SequencedMap<String, Double> metrics,
    Optional<BitSet> correct,
    Optional<Predictions> predictions,
    Optional<ExampleNumbers> numbers) {

  public Evaluation {
    metrics = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(metrics));
    correct = correct.map(bits -> (BitSet) bits.clone());
  }

  /// One without numbers per example.
  public Evaluation(
      String set,
      int n,
      SequencedMap<String, Double> metrics,
      Optional<BitSet> correct,
      Optional<Predictions> predictions) {
    this(set, n, metrics, correct, predictions, Optional.empty());
  }

  /// What predictions amount to: every metric that fits, the correct examples, the predictions.
  ///
  /// @param set name of the set
  /// @param metrics to compute, of which those that do not fit the targets are passed over
  /// @throws EvaluationException if a label is not among the classes
  /// @throws IllegalArgumentException unless there is one target per example
  public static Evaluation of(
      String set, Predictions predictions, Targets targets, List<Metric> metrics) {
    if (targets.size() != predictions.examples()) {
      throw new IllegalArgumentException(
          targets.size() + " targets for " + predictions.examples() + " examples");
    }
    if (targets instanceof Targets.Classes classes) {
      checkLabels(set, predictions.width(), classes);
    }
    SequencedMap<String, Double> values = new LinkedHashMap<>();
    for (Metric metric : metrics) {
      if (metric.fits(targets)) {
        values.put(metric.name(), metric.of(predictions, targets));
      }
    }
    Optional<BitSet> correct =
        targets instanceof Targets.Classes classes
            ? Optional.of(Accuracy.correct(predictions, classes))
            : Optional.empty();
    return new Evaluation(set, targets.size(), values, correct, Optional.of(predictions));
  }

  /// @throws EvaluationException if a label is not among the classes
  static void checkLabels(String set, int classes, Targets.Classes targets) {
    int[] labels = targets.labels();
    for (int example = 0; example < labels.length; example++) {
      if (labels[example] >= classes) {
        throw new EvaluationException(
            "set '%s': example %d has the label %d, but the model has %d classes (0 to %d); "
                    .formatted(set, example, labels[example], classes, classes - 1)
                + "correct the labels, or use the model they belong to");
      }
    }
  }

  /// The same with other predictions, or none: to put them on disk, or to let go of them.
  public Evaluation withPredictions(Optional<Predictions> other) {
    return new Evaluation(set, n, metrics, correct, other, numbers);
  }

  /// The same with other numbers per example, or none: to put them on disk, or to let go of them.
  public Evaluation withNumbers(Optional<ExampleNumbers> other) {
    return new Evaluation(set, n, metrics, correct, predictions, other);
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
