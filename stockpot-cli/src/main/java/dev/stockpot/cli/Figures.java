package dev.stockpot.cli;

import dev.stockpot.eval.Evaluation;
import java.util.Locale;

/// Measurements in words: `89.24 (622)` for an accuracy with its count, `0.3127` for the rest.
final class Figures {
  private Figures() {}

  /// A metric of an evaluation.
  static String of(Evaluation evaluation, String metric) {
    double value = evaluation.metric(metric);
    if (!metric.equals("accuracy")) {
      return plain(value);
    }
    String percent = String.format(Locale.ROOT, "%.2f", 100 * value);
    return evaluation.correctCount().map(count -> percent + " (" + count + ")").orElse(percent);
  }

  /// A number to four decimals.
  static String plain(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }
}
