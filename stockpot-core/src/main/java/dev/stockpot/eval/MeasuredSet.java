package dev.stockpot.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// A set, and how predictions of it are measured.
///
/// @param data is closed with this
/// @param targets of the task
/// @param groups of classes that it is about, if not all
/// @param head makes predictions of what the network gives
/// @param metrics that fit the targets, the one that is chosen by among them
/// @param chosen the metric that is chosen by
record MeasuredSet(
    Dataset data,
    Targets targets,
    Optional<ClassGroups> groups,
    Head head,
    List<Metric> metrics,
    Metric chosen)
    implements AutoCloseable {

  /// Takes over a set.
  ///
  /// @param head for targets that are no tokens
  /// @throws EvaluationException if its targets are not the task's, or a metric that is asked for
  ///   does not fit them
  static MeasuredSet of(Dataset data, Optional<ClassGroups> groups, TaskSpec task, Head head) {
    String name = data.name();
    Targets stored;
    try {
      stored = task.task().map(it -> it.of(data.targets())).orElse(data.targets());
    } catch (EvaluationException e) {
      throw new EvaluationException("set '" + name + "': " + e.getMessage(), e);
    }
    Targets targets = groups.map(it -> restricted(name, it, stored)).orElse(stored);
    List<Metric> metrics = new ArrayList<>(Metrics.ALWAYS);
    metrics.removeIf(metric -> !metric.fits(targets));
    for (Metric metric : task.metrics()) {
      if (!metric.fits(targets)) {
        throw new EvaluationException(
            "set '%s': metric '%s' does not fit its targets, %s; metrics that do are %s"
                .formatted(name, metric.name(), described(targets), fitting(targets)));
      }
      if (metrics.stream().noneMatch(known -> known.name().equals(metric.name()))) {
        metrics.add(metric);
      }
    }
    return new MeasuredSet(
        data,
        targets,
        groups,
        targets instanceof Targets.Tokens ? new NextToken() : head,
        metrics,
        task.chosen());
  }

  String name() {
    return data.name();
  }

  int size() {
    return data.size();
  }

  /// Checks the width of predictions, before the rest is computed in vain.
  ///
  /// @throws EvaluationException if they are none of such targets
  void check(int width) {
    switch (targets) {
      case Targets.Classes classes when groups.isEmpty() ->
          Evaluation.checkLabels(name(), width, classes);
      case Targets.Classes _ -> groups.get().check(name(), width);
      case Targets.Values _ -> {
        if (width != 1) {
          throw new EvaluationException(
              "set '%s': the model gives %d numbers per example, and a regression has 1; use the"
                      .formatted(name(), width)
                  + " model of this task, or another output of its graph (evaluator: output)");
        }
      }
      case Targets.Tokens _ -> {
        // The head has checked it.
      }
    }
  }

  /// What predictions of all examples amount to.
  ///
  /// @param predictions as the network's head gives them; they are kept as they are
  Evaluation evaluation(Predictions predictions) {
    Predictions seen = seen(predictions);
    Optional<ExampleNumbers> numbers = Optional.empty();
    // Which are correct says as much as the numbers of accuracy.
    if (chosen instanceof ExampleMetric metric && !(chosen instanceof Accuracy)) {
      double[] each = metric.perExample(seen, targets);
      numbers = Optional.of(() -> each);
    }
    return Evaluation.of(name(), seen, targets, metrics)
        .withPredictions(Optional.of(predictions))
        .withNumbers(numbers);
  }

  /// The best score that a candidate can still get, where that can be told and matters.
  Optional<RunningScore> running(Bar bar) {
    if (bar.score().isEmpty() || !(chosen instanceof WeightedMetric metric)) {
      return Optional.empty();
    }
    Optional<double[]> weights =
        metric instanceof MeanMetric ? Optional.of(MeanMetric.equalWeights(size())) : bar.weights();
    return weights.map(each -> new RunningScore(metric, each));
  }

  /// Predictions as metrics see them.
  Predictions seen(Predictions predictions) {
    return groups.map(it -> it.of(name(), predictions)).orElse(predictions);
  }

  @Override
  public void close() {
    data.close();
  }

  private static Targets restricted(String name, ClassGroups groups, Targets targets) {
    if (targets instanceof Targets.Classes classes) {
      return groups.of(name, classes);
    }
    throw new EvaluationException(
        "set '" + name + "': classes are listed for it, but its targets are none; leave them out");
  }

  private static String described(Targets targets) {
    return switch (targets) {
      case Targets.Classes(int[] labels) ->
          "which are classes from 0 to " + Arrays.stream(labels).max().orElse(0);
      case Targets.Values _ -> "which are numbers";
      case Targets.Tokens _ -> "which are the tokens themselves";
    };
  }

  private static String fitting(Targets targets) {
    return Metrics.ALL.stream()
        .filter(metric -> metric.fits(targets))
        .map(Metric::name)
        .collect(Collectors.joining(", "));
  }
}
