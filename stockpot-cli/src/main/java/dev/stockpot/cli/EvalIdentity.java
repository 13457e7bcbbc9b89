package dev.stockpot.cli;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.eval.Datasets;
import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.EvaluatorSpec;
import dev.stockpot.eval.Metric;
import dev.stockpot.eval.SetSpec;
import dev.stockpot.eval.TaskSpec;
import dev.stockpot.internal.io.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

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
    TaskSpec task = spec.task();
    task.classVectors().ifPresent(head -> files.addAll(checkpointFiles(head.checkpoint())));
    task.metricPath().stream().flatMap(EvalIdentity::filesBelow).forEach(files::add);
    for (SetSpec set : spec.sets()) {
      files.addAll(Datasets.files(set.source()));
    }
    return files;
  }

  /// What tells training data, and the network that sees them, apart.
  ///
  /// @param spec that has both
  /// @param hashes of [#trainingFiles], at least
  static String ofTraining(EvalSpec spec, Map<Path, String> hashes) {
    StringBuilder text = new StringBuilder();
    text.append(spec.gradients().orElseThrow()).append('\n').append(spec.input()).append('\n');
    text.append(spec.train().orElseThrow()).append('\n');
    trainingFiles(spec).forEach(file -> text.append(hashes.get(file)).append('\n'));
    return Sha256.ofText(text.toString());
  }

  /// Every file of the training data, and the network that sees them.
  static List<Path> trainingFiles(EvalSpec spec) {
    List<Path> files = new ArrayList<>(List.of(spec.gradients().orElseThrow().graph()));
    files.addAll(Datasets.files(spec.train().orElseThrow().source()));
    return files;
  }

  /// Differs where the evaluator, the input's preparation or the content of a set differ.
  ///
  /// @param hashes of [#files], at least
  static String of(EvalSpec spec, Map<Path, String> hashes) {
    StringBuilder text = new StringBuilder();
    text.append(withoutTimeout(spec.evaluator())).append('\n').append(spec.input()).append('\n');
    if (spec.evaluator() instanceof EvaluatorSpec.Network) {
      text.append(spec.task().task()).append(spec.task().metric());
      text.append(spec.task().classVectors()).append('\n');
      for (Metric metric : spec.task().metrics()) {
        text.append(metric.name()).append(' ').append(metric.getClass().getName()).append('\n');
      }
    }
    spec.sets().forEach(set -> text.append(set).append('\n'));
    files(spec).forEach(file -> text.append(hashes.get(file)).append('\n'));
    return Sha256.ofText(text.toString());
  }

  /// A jar, or the classes in a folder.
  private static Stream<Path> filesBelow(Path place) {
    try (Stream<Path> walk = Files.walk(place)) {
      return walk.filter(Files::isRegularFile).sorted().toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
