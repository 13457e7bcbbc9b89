package dev.stockpot.libtorch;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.Evaluator;
import dev.stockpot.eval.EvaluatorSpec;
import dev.stockpot.eval.Evaluators;
import java.nio.file.Path;
import java.util.List;

/// What the evaluator says of a checkpoint on the digits.
final class Evaluated {
  private Evaluated() {}

  /// Accuracy on `select`.
  static double select(String engine, Path network, Path checkpoint) {
    EvalSpec spec =
        new EvalSpec(
            new EvaluatorSpec.Network(engine, network, List.of()),
            Digits.INPUT,
            Digits.set("select"),
            List.of(),
            "accuracy");
    try (Evaluator evaluator = Evaluators.open(spec, 1, Progress.NONE);
        Checkpoint candidate = Checkpoints.open(checkpoint)) {
      return evaluator.evaluate(candidate, List.of("select")).get("select").metric("accuracy");
    }
  }
}
