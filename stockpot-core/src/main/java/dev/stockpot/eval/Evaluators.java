package dev.stockpot.eval;

import dev.stockpot.Progress;

/// Opens what an `eval.yml` names.
public final class Evaluators {
  private Evaluators() {}

  /// Opens the evaluator of a spec.
  ///
  /// @param threads for a network to compute with, at least 1
  /// @param progress hears of the examples of a network; a command tells nothing while it runs
  /// @throws EvaluationException if anything in the spec cannot be used
  public static Evaluator open(EvalSpec spec, int threads, Progress progress) {
    return switch (spec.evaluator()) {
      case EvaluatorSpec.Network network -> NetworkEvaluator.open(spec, network, threads, progress);
      case EvaluatorSpec.Command command -> CommandEvaluator.open(spec, command);
    };
  }
}
