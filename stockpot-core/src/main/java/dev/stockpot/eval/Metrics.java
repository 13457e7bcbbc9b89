package dev.stockpot.eval;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// The metrics that Stockpot computes from logits.
public final class Metrics {
  /// Every metric; results list them in this order.
  public static final List<Metric> ALL = List.of(new Accuracy(), new NegativeLogLikelihood());

  private static final Set<String> LOWER_IS_BETTER =
      Set.of(
          "loss",
          "nll",
          "entropy",
          "perplexity",
          "ppl",
          "bpb",
          "error",
          "err",
          "mse",
          "rmse",
          "mae",
          "wer",
          "cer",
          "ece",
          "brier");

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
  /// Lower is better where the name, or its last word (`val_loss`, `cross-entropy`), is a loss, an
  /// error or a distance that people know; higher is better for all others.
  public static boolean higherIsBetter(String name) {
    return ALL.stream()
        .filter(metric -> metric.name().equals(name))
        .findFirst()
        .map(Metric::higherIsBetter)
        .orElseGet(() -> !LOWER_IS_BETTER.contains(lastWord(name)));
  }

  private static String lastWord(String name) {
    return name.replaceAll(".*[_/ -]", "").toLowerCase(Locale.ROOT);
  }
}
