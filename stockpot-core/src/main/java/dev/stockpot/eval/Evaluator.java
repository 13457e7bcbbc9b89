package dev.stockpot.eval;

import dev.stockpot.checkpoint.Checkpoint;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Consumer;

/// Measures candidates on sets.
public interface Evaluator extends AutoCloseable {

  /// Checks that candidates with these tensors can be measured, before any work is done.
  ///
  /// @return notes for the user, such as tensors that the network does not take
  /// @throws EvaluationException naming everything that does not fit
  List<String> check(Checkpoint candidate);

  /// Checks that no report set shares an example with `select`; reads all of them. Evaluators that
  /// do not see examples check nothing.
  ///
  /// @throws EvaluationException naming every set that does
  default void checkOverlap() {}

  /// Measures a candidate.
  ///
  /// @param sets names of sets of the [EvalSpec], each once
  /// @param done hears of every set as soon as it is measured, in the order asked for
  /// @throws EvaluationException if it cannot be measured
  void evaluate(Checkpoint candidate, Collection<String> sets, Consumer<Evaluation> done);

  /// Measures a candidate.
  ///
  /// @param sets names of sets of the [EvalSpec], each once
  /// @return one evaluation per set, in the order asked for
  /// @throws EvaluationException if it cannot be measured
  default SequencedMap<String, Evaluation> evaluate(Checkpoint candidate, Collection<String> sets) {
    SequencedMap<String, Evaluation> evaluations = new LinkedHashMap<>();
    evaluate(candidate, sets, evaluation -> evaluations.put(evaluation.set(), evaluation));
    return evaluations;
  }

  /// Measures a candidate on one set, as long as it can still pass a bar: it is given up exactly
  /// when no outcome on the examples that are left would pass.
  ///
  /// @param set name of a set of the [EvalSpec]
  /// @throws EvaluationException if it cannot be measured
  default Attempt attempt(Checkpoint candidate, String set, Bar bar) {
    return new Attempt.Finished(evaluate(candidate, List.of(set)).get(set));
  }

  /// Measures predictions as if a candidate had given them: those of an ensemble.
  ///
  /// @param set name of a set of the [EvalSpec]
  /// @throws UnsupportedOperationException unless [#givesPredictions]
  default Evaluation measure(String set, Predictions predictions) {
    throw new UnsupportedOperationException("gives no predictions");
  }

  /// The classes of a set's examples; empty where they have none, or are not known.
  ///
  /// @param set name of a set of the [EvalSpec]
  default Optional<Classification> classification(String set) {
    return Optional.empty();
  }

  /// The metric that is chosen by, over any examples of a set, where evaluations carry numbers per
  /// example.
  ///
  /// @param set name of a set of the [EvalSpec]
  default Optional<Resampling> resampling(String set) {
    return Optional.empty();
  }

  /// About how long a candidate takes on each set, from one batch of it; empty where that is not
  /// known beforehand.
  default Map<String, Duration> estimate(Checkpoint candidate) {
    return Map.of();
  }

  /// Whether evaluations carry predictions that can be averaged, as ensembles do.
  boolean givesPredictions();

  /// Whether candidates are handed on as paths, to readers of the ingredients' format.
  default boolean handsOnPaths() {
    return false;
  }

  /// Whether more of the metric that is chosen by is better.
  boolean higherIsBetter();

  @Override
  void close();
}
