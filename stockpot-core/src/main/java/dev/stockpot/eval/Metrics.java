package dev.stockpot.eval;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// The metrics that Stockpot computes from logits.
public final class Metrics {
  /// Every metric; results list them in this order.
  public static final List<Metric> ALL = List.of(new Accuracy(), new NegativeLogLikelihood());

  private static final Set<String> LOWER_IS_BETTER =
      Set.of("loss", "nll", "perplexity", "error", "mse", "ece", "brier");

  private Metrics() {}

  /// The metric of that name.
  ///
  /// @throws EvaluationException naming the known ones if there is none
  public static Metric named(String name) {
    return ALL.stream()
        .filter(metric -> metric.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new EvaluationException(
                "unknown metric '"
                    + name
                    + "'; known are "
                    + ALL.stream().map(Metric::name).collect(Collectors.joining(", "))));
  }

  /// Whether more of a metric is better, also for metrics that a user's command names.
  ///
  /// Lower is better for `loss`, `nll`, `perplexity`, `error`, `mse`, `ece`, `brier`, and for names
  /// that end in `_loss` or `_error`; higher is better for all others.
  public static boolean higherIsBetter(String name) {
    return ALL.stream()
        .filter(metric -> metric.name().equals(name))
        .findFirst()
        .map(Metric::higherIsBetter)
        .orElseGet(() ->
            !LOWER_IS_BETTER.contains(name) && !name.endsWith("_loss") && !name.endsWith("_error"));
  }
}
