package dev.stockpot.cli;

import dev.stockpot.cli.terminal.Quantities;
import dev.stockpot.cli.terminal.Table;
import dev.stockpot.eval.Evaluator;
import dev.stockpot.eval.NetworkEvaluator;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/// Where the time of a run went.
final class Timings {
  private final Map<String, Duration> phases = new LinkedHashMap<>();

  /// Does work and takes its time.
  <T> T measure(String phase, Supplier<T> work) {
    long start = System.nanoTime();
    try {
      return work.get();
    } finally {
      phases.merge(phase, Duration.ofNanos(System.nanoTime() - start), Duration::plus);
    }
  }

  /// Seconds per phase.
  Map<String, Double> seconds() {
    Map<String, Double> seconds = new LinkedHashMap<>();
    phases.forEach((phase, time) -> seconds.put(phase, time.toMillis() / 1000.0));
    return seconds;
  }

  /// A table of phases, and what the evaluator counted.
  String table(Evaluator evaluator) {
    Table table = new Table(Table.text("phase"), Table.number("time"));
    phases.forEach((phase, time) -> table.row(phase, Quantities.duration(time)));
    String text = "\n" + table.format();
    if (evaluator instanceof NetworkEvaluator network) {
      text +=
          "%s examples evaluated, %s of it inside the model%n"
              .formatted(
                  Quantities.count(network.examples()),
                  Quantities.duration(Duration.ofNanos(network.modelNanos())));
    }
    return text;
  }
}
