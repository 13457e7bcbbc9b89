package dev.stockpot.cli.config;

import dev.stockpot.eval.ClassVectors;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.EvaluatorSpec;
import dev.stockpot.eval.Metric;
import dev.stockpot.eval.MetricPath;
import dev.stockpot.eval.Metrics;
import dev.stockpot.eval.Task;
import dev.stockpot.eval.TaskSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Reads what an `eval.yml` says of the task and its metrics.
final class TaskFile {
  static final List<String> KEYS =
      List.of("task", "head", "metric", "metrics", "metric-path", "higher-is-better");

  private static final List<String> TASKS = Arrays.stream(Task.values()).map(Task::key).toList();

  private final Path folder;
  private final YamlMapping file;

  private TaskFile(Path folder, YamlMapping file) {
    this.folder = folder;
    this.file = file;
  }

  /// Reads it.
  ///
  /// @param folder that relative paths are relative to
  static TaskSpec read(Path folder, YamlMapping file, EvaluatorSpec evaluator) {
    TaskFile task = new TaskFile(folder, file);
    return switch (evaluator) {
      case EvaluatorSpec.Network _ -> task.network();
      case EvaluatorSpec.Command _ -> task.command();
    };
  }

  private TaskSpec command() {
    refuse(List.of("task", "head", "metrics", "metric-path"), "a network");
    String metric = file.find("metric").map(YamlValue::text).orElse("accuracy");
    boolean higherIsBetter =
        file.find("higher-is-better")
            .map(YamlValue::flag)
            .orElseGet(() -> Metrics.higherIsBetter(metric));
    return TaskSpec.ofCommand(metric, higherIsBetter);
  }

  private static Task task(String key) {
    return Arrays.stream(Task.values())
        .filter(task -> task.key().equals(key))
        .findFirst()
        .orElseThrow();
  }

  private TaskSpec network() {
    refuse(List.of("higher-is-better"), "a command, whose metrics are not known here,");
    List<Path> places =
        file.find("metric-path").map(value -> value.list(this::existing)).orElse(List.of());
    MetricPath path = new MetricPath(places);
    List<Metric> metrics = new ArrayList<>();
    file.find("metrics").ifPresent(value -> value.list(each -> metrics.add(metric(path, each))));
    Optional<Task> task = file.find("task").map(value -> task(value.oneOf("task", TASKS)));
    Metric chosen =
        file.find("metric")
            .map(value -> metric(path, one(value)))
            .orElseGet(() ->
                task.or(() -> metrics.stream().findFirst().flatMap(Task::of))
                    .orElse(Task.CLASSIFICATION)
                    .usualMetric());
    if (metrics.stream().noneMatch(metric -> metric.name().equals(chosen.name()))) {
      metrics.addFirst(chosen);
    }
    return new TaskSpec(
        task.or(() -> Task.of(chosen)),
        chosen.name(),
        chosen.higherIsBetter(),
        metrics,
        file.find("head").map(value -> classVectors(value.mapping())),
        places);
  }

  private static YamlValue one(YamlValue metric) {
    if (metric instanceof YamlValue.Sequence) {
      throw metric.error("'metric' is the one to choose by; list others under 'metrics'");
    }
    return metric;
  }

  private static Metric metric(MetricPath path, YamlValue value) {
    try {
      String name = value.text();
      Optional<Metric> found = path.find(name);
      if (found.isEmpty()) {
        Stream<Metric> known = Stream.concat(Metrics.ALL.stream(), path.providers().stream());
        value.oneOf("metric", known.map(Metric::name).toList());
      }
      return found.orElseThrow();
    } catch (EvaluationException e) {
      throw value.error(e.getMessage());
    }
  }

  private ClassVectors classVectors(YamlMapping head) {
    head.only(List.of("class-vectors", "tensor", "scale"));
    double scale = head.find("scale").map(YamlValue::number).orElse(ClassVectors.USUAL_SCALE);
    if (scale == 0) {
      throw head.require("scale").error("'head.scale' is 0, which makes all logits equal");
    }
    return new ClassVectors(
        existing(head.require("class-vectors")), head.find("tensor").map(YamlValue::text), scale);
  }

  private Path existing(YamlValue value) {
    Path path = value.path(folder);
    if (!Files.exists(path)) {
      throw value.error("no such file or folder: " + path);
    }
    return path;
  }

  private void refuse(List<String> keys, String wanted) {
    for (String key : keys) {
      if (file.find(key).isPresent()) {
        throw file.keys().get(key).error("'" + key + "' goes with " + wanted + " only");
      }
    }
  }
}
