package dev.stockpot.cli;

import dev.stockpot.cli.terminal.Table;
import dev.stockpot.cli.terminal.Table.Column;
import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.Evaluation;
import dev.stockpot.eval.Role;
import dev.stockpot.eval.SetSpec;
import dev.stockpot.search.Ranking;
import dev.stockpot.search.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/// Results as a table: a row per candidate, a column per set, counts beside accuracies.
final class ResultTable {
  private ResultTable() {}

  /// A table in the order given.
  static Table of(EvalSpec eval, List<Result> results) {
    boolean accuracy = eval.metric().equals("accuracy");
    boolean shifts = eval.report().stream().anyMatch(set -> set.role() == Role.SHIFT);
    List<Column> columns = new ArrayList<>();
    columns.add(Table.text(accuracy ? "accuracy, % (correct)" : eval.metric()));
    columns.add(Table.number("of"));
    eval.sets().forEach(set -> columns.add(Table.number(set.name())));
    if (shifts) {
      columns.add(Table.number("mean of shifts"));
    }
    Table table = new Table(columns.toArray(Column[]::new));
    table.row(counts(eval, results));
    Ranking ranking = new Ranking(eval, true);
    for (Result result : results) {
      List<String> cells = new ArrayList<>();
      cells.add(result.name());
      cells.add(String.valueOf(result.ingredients().size()));
      for (SetSpec set : eval.sets()) {
        cells.add(Figures.of(result.evaluations().get(set.name()), eval.metric()));
      }
      OptionalDouble mean = ranking.mean(result, Role.SHIFT);
      if (shifts) {
        cells.add(Figures.mean(mean.orElseThrow(), eval.metric()));
      }
      table.row(cells.toArray(String[]::new));
    }
    return table;
  }

  /// The row that tells how many examples each set has, where that is the same for all.
  private static String[] counts(EvalSpec eval, List<Result> results) {
    List<String> cells = new ArrayList<>(List.of("", ""));
    for (SetSpec set : eval.sets()) {
      List<Integer> counts =
          results.stream()
              .map(result -> result.evaluations().get(set.name()))
              .map(Evaluation::n)
              .distinct()
              .toList();
      cells.add(counts.size() == 1 ? "n = " + counts.getFirst() : "");
    }
    if (eval.report().stream().anyMatch(set -> set.role() == Role.SHIFT)) {
      cells.add("");
    }
    return cells.toArray(String[]::new);
  }
}
