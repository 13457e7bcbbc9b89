package dev.stockpot.eval;

import dev.stockpot.checkpoint.Checkpoint;
import java.util.Collection;
import java.util.List;
import java.util.SequencedMap;

/// Measures candidates on sets.
public interface Evaluator extends AutoCloseable {

  /// Checks that candidates with these tensors can be measured, before any work is done.
  ///
  /// @return notes for the user, such as tensors that the network does not take
  /// @throws EvaluationException naming everything that does not fit
  List<String> check(Checkpoint candidate);

  /// Measures a candidate.
  ///
  /// @param sets names of sets of the [EvalSpec]
  /// @return one evaluation per set, in the order asked for
  /// @throws EvaluationException if it cannot be measured
  SequencedMap<String, Evaluation> evaluate(Checkpoint candidate, Collection<String> sets);

  /// Measures logits as if a candidate had given them: those of an ensemble.
  ///
  /// @param set name of a set of the [EvalSpec]
  /// @throws UnsupportedOperationException unless [#givesLogits]
  default Evaluation measure(String set, Logits logits) {
    throw new UnsupportedOperationException("gives no logits");
  }

  /// Whether evaluations carry logits, which ensembles need.
  boolean givesLogits();

  /// Whether more of the metric that is chosen by is better.
  boolean higherIsBetter();

  @Override
  void close();
}
