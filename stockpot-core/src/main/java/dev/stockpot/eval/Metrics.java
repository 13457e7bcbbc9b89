package dev.stockpot.eval;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The metrics that Stockpot computes from predictions.
public final class Metrics {
  /// Every metric; those with a number in their name, `top-k` and `ece-bins`, as they mostly are.
  public static final List<Metric> ALL =
      List.of(
          new Accuracy(),
          new NegativeLogLikelihood(),
          new TopK(5),
          new MacroF1(),
          new F1(),
          new AccuracyAndF1(),
          new Matthews(),
          new Brier(),
          new CalibrationError(CalibrationError.USUAL_BINS),
          new MeanSquaredError(),
          new Pearson(),
          new Spearman(),
          new TokenLoss(),
          new Perplexity());

  /// Those that are computed of every set that they fit; results list them first, in this order.
  public static final List<Metric> ALWAYS =
      List.of(
          new Accuracy(),
          new NegativeLogLikelihood(),
          new MeanSquaredError(),
          new Pearson(),
          new Spearman(),
          new TokenLoss(),
          new Perplexity());

  private static final Pattern NUMBERED = Pattern.compile("(top|ece)-([1-9][0-9]{0,5})");

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

  /// The metric of that name, if there is one: also `top-3`, or `ece-20` for 20 bins.
  public static Optional<Metric> find(String name) {
    Matcher numbered = NUMBERED.matcher(name);
    if (numbered.matches()) {
      int number = Integer.parseInt(numbered.group(2));
      return Optional.of(
          numbered.group(1).equals("top") ? new TopK(number) : new CalibrationError(number));
    }
    return ALL.stream().filter(metric -> metric.name().equals(name)).findFirst();
  }

  /// The metric of that name.
  ///
  /// @throws EvaluationException naming the known ones if there is none
  public static Metric named(String name) {
    return find(name)
        .orElseThrow(() ->
            new EvaluationException(
                "unknown metric '" + name + "'; known are " + String.join(", ", names(ALL))));
  }

  /// Whether more of a metric is better, also for metrics that a user's command names.
  ///
  /// Lower is better where the name, or its last word (`val_loss`, `cross-entropy`), is a loss, an
  /// error or a distance that people know; higher is better for all others.
  public static boolean higherIsBetter(String name) {
    return find(name)
        .map(Metric::higherIsBetter)
        .orElseGet(() -> !LOWER_IS_BETTER.contains(lastWord(name)));
  }

  static List<String> names(List<Metric> metrics) {
    return metrics.stream().map(Metric::name).toList();
  }

  private static String lastWord(String name) {
    return name.replaceAll(".*[_/ -]", "").toLowerCase(Locale.ROOT);
  }
}
