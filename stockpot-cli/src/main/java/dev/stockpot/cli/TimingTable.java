package dev.stockpot.cli;

import dev.stockpot.cli.terminal.Quantities;
import dev.stockpot.cli.terminal.Table;
import dev.stockpot.eval.Evaluator;
import dev.stockpot.eval.NetworkEvaluator;
import dev.stockpot.internal.text.Counted;
import dev.stockpot.search.Timings;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/// `--timings`: where the time went, and what early stopping saved.
final class TimingTable {
  /// The part of evaluating in which the network computes.
  static final String INSIDE = "inside the model";

  private TimingTable() {}

  /// What was evaluated, for the manifest.
  static Map<String, Object> members(Timings.Counts counts) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("made", counts.evaluations());
    members.put("stopped", counts.stopped());
    members.put("examples", counts.examples());
    members.put("without_stopping", counts.toTheEnd());
    return members;
  }

  static String of(Timings timings, Evaluator evaluator) {
    Table table = new Table(Table.text("phase"), Table.number("time"));
    timings.phases().forEach((phase, time) -> table.row(phase, Quantities.duration(time)));
    if (evaluator instanceof NetworkEvaluator network) {
      table.row(INSIDE, Quantities.duration(Duration.ofNanos(network.modelNanos())));
    }
    Timings.Counts counts = timings.counts();
    return "%n%s%n%s, of which %s stopped early; %s, of %s without stopping%n"
        .formatted(
            table.format(),
            Counted.of(counts.evaluations(), "evaluation"),
            Quantities.count(counts.stopped()),
            Counted.of(counts.examples(), "example"),
            Quantities.count(counts.toTheEnd()));
  }
}
