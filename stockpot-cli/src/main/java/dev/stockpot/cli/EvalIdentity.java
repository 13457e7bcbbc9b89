package dev.stockpot.cli;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.eval.Datasets;
import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.EvaluatorSpec;
import dev.stockpot.eval.SetSpec;
import dev.stockpot.internal.io.Sha256;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What makes measurements comparable: the same evaluator on the same data.
final class EvalIdentity {
  private EvalIdentity() {}

  /// Every file that a spec names.
  static List<Path> files(EvalSpec spec) {
    List<Path> files = new ArrayList<>();
    if (spec.evaluator() instanceof EvaluatorSpec.Network network) {
      files.add(network.graph());
      network.bind().ifPresent(base -> files.addAll(checkpointFiles(base)));
    }
    for (SetSpec set : spec.sets()) {
      files.addAll(Datasets.files(set.source()));
    }
    return files;
  }

  /// Differs where the evaluator, the input's preparation or the content of a set differ.
  ///
  /// @param hashes of [#files], at least
  static String of(EvalSpec spec, Map<Path, String> hashes) {
    StringBuilder text = new StringBuilder();
    text.append(withoutTimeout(spec.evaluator())).append('\n').append(spec.input()).append('\n');
    spec.sets().forEach(set -> text.append(set).append('\n'));
    files(spec).forEach(file -> text.append(hashes.get(file)).append('\n'));
    return Sha256.ofText(text.toString());
  }

  private static List<Path> checkpointFiles(Path path) {
    try (Checkpoint checkpoint = Checkpoints.open(path)) {
      return checkpoint.files();
    }
  }

  /// Who allows a command more time, and goes on, has lost nothing.
  private static EvaluatorSpec withoutTimeout(EvaluatorSpec evaluator) {
    return switch (evaluator) {
      case EvaluatorSpec.Network network -> network;
      case EvaluatorSpec.Command(List<String> words, Path folder, _) ->
          new EvaluatorSpec.Command(words, folder, Duration.ZERO);
    };
  }
}
