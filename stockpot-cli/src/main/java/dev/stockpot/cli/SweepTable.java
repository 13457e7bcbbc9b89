package dev.stockpot.cli;

import dev.stockpot.cli.terminal.Quantities;
import dev.stockpot.cli.terminal.Table;
import dev.stockpot.cli.terminal.Table.Column;
import dev.stockpot.train.Epoch;
import dev.stockpot.train.RunRecord;
import dev.stockpot.train.RunRecord.Status;
import dev.stockpot.train.Search.Draw;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The runs of a sweep in the terminal: hyperparameters that differ, loss, metric.
final class SweepTable {
  private SweepTable() {}

  /// Runs to come, with all their hyperparameters.
  static Table of(List<Draw> draws) {
    List<Map<String, Object>> points = draws.stream().map(Draw::json).toList();
    List<String> names = names(points, false);
    List<Column> columns = new ArrayList<>(List.of(Table.text("run")));
    names.forEach(name -> columns.add(Table.number(name)));
    Table table = new Table(columns.toArray(Column[]::new));
    for (int i = 0; i < draws.size(); i++) {
      List<String> cells = new ArrayList<>(List.of(draws.get(i).name()));
      for (String name : names) {
        cells.add(String.valueOf(points.get(i).getOrDefault(name, "-")));
      }
      table.row(cells.toArray(String[]::new));
    }
    return table;
  }

  /// Runs that have ended.
  static Table of(List<RunRecord> records, String metric) {
    List<Map<String, Object>> points =
        records.stream().<Map<String, Object>>map(RunRecord::hyperparameters).toList();
    List<String> names = names(points, true);
    boolean loss = records.stream().anyMatch(record -> !record.epochs().isEmpty());
    boolean measured = records.stream().anyMatch(record -> record.select().containsKey(metric));
    List<Column> columns = new ArrayList<>(List.of(Table.text("run")));
    names.forEach(name -> columns.add(Table.number(name)));
    if (loss) {
      columns.add(Table.number("loss"));
    }
    if (measured) {
      columns.add(Table.number(metric.equals("accuracy") ? "select, %" : metric));
    }
    columns.add(Table.text("status"));
    Table table = new Table(columns.toArray(Column[]::new));
    for (RunRecord record : records) {
      List<String> cells = new ArrayList<>(List.of(record.name()));
      for (String name : names) {
        cells.add(String.valueOf(record.hyperparameters().getOrDefault(name, "-")));
      }
      if (loss) {
        cells.add(
            record.epochs().isEmpty() ? "-" : Quantities.number(record.epochs().getLast().loss()));
      }
      if (measured) {
        cells.add(score(record, metric).orElse("-"));
      }
      cells.add(record.status().name().toLowerCase(Locale.ROOT));
      table.row(cells.toArray(String[]::new));
    }
    return table;
  }

  /// `run-03: 92.17 after 8 epochs, loss 0.31`.
  static String sentence(RunRecord record, String metric) {
    if (record.status() != Status.FINISHED) {
      return record.name()
          + ": "
          + record.status().name().toLowerCase(Locale.ROOT)
          + record.why().map(why -> ", " + why.lines().findFirst().orElse("")).orElse("");
    }
    List<Epoch> epochs = record.epochs();
    String score =
        score(record, metric).map(value -> metric + " " + value + " on select").orElse("finished");
    return record.name()
        + ": "
        + score
        + (epochs.isEmpty()
            ? ""
            : ", loss %s after %d %s"
                .formatted(
                    Quantities.number(epochs.getLast().loss()),
                    epochs.getLast().number(),
                    epochs.getLast().number() == 1 ? "epoch" : "epochs"));
  }

  private static Optional<String> score(RunRecord record, String metric) {
    return Optional.ofNullable(record.select().get(metric))
        .map(value -> Figures.mean(value, metric));
  }

  /// Names in the order of their coming.
  ///
  /// @param differing whether those that are the same in all runs are left out
  private static List<String> names(List<Map<String, Object>> points, boolean differing) {
    Set<String> names = new LinkedHashSet<>();
    points.forEach(point -> names.addAll(point.keySet()));
    if (differing && points.size() > 1) {
      names.removeIf(name -> {
        Set<Object> values = new HashSet<>();
        // A merged model has none.
        points.stream()
            .filter(point -> !point.isEmpty())
            .forEach(point -> values.add(point.getOrDefault(name, "-")));
        return values.size() == 1;
      });
    }
    return List.copyOf(names);
  }
}
