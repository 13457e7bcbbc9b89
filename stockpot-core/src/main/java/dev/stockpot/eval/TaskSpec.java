package dev.stockpot.eval;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What is predicted, and how good predictions are.
///
/// @param task empty if it is whatever the sets' targets are
/// @param metric name of the metric that recipes choose by, as results have it
/// @param higherIsBetter whether more of it is better
/// @param metrics that are computed besides [Metrics#ALWAYS], the one that is chosen by among them;
///   none for a command, which names its own
/// @param classVectors for a network whose output is features
/// @param metricPath where metrics of the user's own come from
public record TaskSpec(
    Optional<Task> task,
    String metric,
    boolean higherIsBetter,
    List<Metric> metrics,
    Optional<ClassVectors> classVectors,
    List<Path> metricPath) {

  public TaskSpec {
    metrics = List.copyOf(metrics);
    metricPath = List.copyOf(metricPath);
  }

  /// A metric of predictions.
  public static TaskSpec of(Metric chosen) {
    return new TaskSpec(
        Task.of(chosen),
        chosen.name(),
        chosen.higherIsBetter(),
        List.of(chosen),
        Optional.empty(),
        List.of());
  }

  /// A metric that a command prints.
  public static TaskSpec ofCommand(String metric, boolean higherIsBetter) {
    return new TaskSpec(
        Optional.empty(), metric, higherIsBetter, List.of(), Optional.empty(), List.of());
  }

  /// The metric that recipes choose by, where it is computed from predictions.
  ///
  /// @throws java.util.NoSuchElementException for a command
  public Metric chosen() {
    return metrics.stream().filter(each -> each.name().equals(metric)).findFirst().orElseThrow();
  }
}
