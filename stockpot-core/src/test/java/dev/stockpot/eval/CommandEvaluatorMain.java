package dev.stockpot.eval;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.Checkpoints;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Measures a checkpoint by a command, in a JVM that a test ends.
final class CommandEvaluatorMain {
  private CommandEvaluatorMain() {}

  /// Measures.
  ///
  /// @param args the checkpoint, then the words of the command
  public static void main(String[] args) {
    List<String> words = List.of(args).subList(1, args.length);
    Path folder = Path.of("").toAbsolutePath();
    EvaluatorSpec.Command command =
        new EvaluatorSpec.Command(words, folder, Duration.ofMinutes(10));
    EvalSpec spec = CommandEvaluatorTest.spec(command, "accuracy");
    try (Evaluator evaluator = Evaluators.open(spec, 1, Progress.NONE);
        Checkpoint candidate = Checkpoints.open(Path.of(args[0]))) {
      evaluator.evaluate(candidate, List.of("test"));
    }
  }
}
