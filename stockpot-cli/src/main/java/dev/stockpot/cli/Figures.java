package dev.stockpot.cli;

import dev.stockpot.eval.Evaluation;
import java.util.Locale;

/// Measurements in words: `89.24 (622)` for an accuracy with its count, `0.3127` for the rest.
final class Figures {
  private Figures() {}

  /// A metric of an evaluation.
  static String of(Evaluation evaluation, String metric) {
    String mean = mean(evaluation.metric(metric), metric);
    if (!metric.equals("accuracy")) {
      return mean;
    }
    return evaluation.correctCount().map(count -> mean + " (" + count + ")").orElse(mean);
  }

  /// A value of a metric without a count: accuracies in percent.
  static String mean(double value, String metric) {
    return metric.equals("accuracy")
        ? String.format(Locale.ROOT, "%.2f", 100 * value)
        : plain(value);
  }

  /// A number to four decimals.
  static String plain(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }
}
