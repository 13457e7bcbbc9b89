package dev.stockpot.cli;

import dev.stockpot.cli.terminal.Capabilities;
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
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/// Results as a table: a row per candidate, a column per set, counts beside accuracies.
final class ResultTable {
  private ResultTable() {}

  /// A ranking: on a terminal with small bars, and with colours with the chosen row in bold.
  ///
  /// @param results best first
  static Table ranking(Ranking ranking, List<Result> results, Capabilities can) {
    EvalSpec eval = ranking.eval();
    List<OptionalDouble> values =
        results.stream().map(result -> rankedBy(ranking, result)).toList();
    Table table = of(eval, results, Optional.of(new Bars(can, values, ranking.higherIsBetter())));
    if (can.colour()) {
      // The row of counts comes first.
      ranking.chosen(results).ifPresent(chosen -> table.bold(results.indexOf(chosen) + 1));
    }
    return table;
  }

  private static OptionalDouble rankedBy(Ranking ranking, Result result) {
    return Stream.of(Role.ID, Role.SHIFT, Role.SELECT)
        .map(role -> ranking.mean(result, role))
        .filter(OptionalDouble::isPresent)
        .findFirst()
        .orElse(OptionalDouble.empty());
  }

  /// A table in the order given.
  static Table of(EvalSpec eval, List<Result> results) {
    return of(eval, results, Optional.empty());
  }

  private static Table of(EvalSpec eval, List<Result> results, Optional<Bars> bars) {
    boolean accuracy = eval.metric().equals("accuracy");
    boolean shifts = eval.report().stream().anyMatch(set -> set.role() == Role.SHIFT);
    List<Column> columns = new ArrayList<>();
    columns.add(Table.text(accuracy ? "accuracy, % (correct)" : eval.metric()));
    columns.add(Table.number("of"));
    eval.sets().forEach(set -> columns.add(Table.number(set.name())));
    if (shifts) {
      columns.add(Table.number("mean of shifts"));
    }
    bars.flatMap(Bars::column).ifPresent(columns::add);
    Table table = new Table(columns.toArray(Column[]::new));
    List<String> counts = counts(eval, results);
    bars.flatMap(Bars::column).ifPresent(_ -> counts.add(""));
    table.row(counts.toArray(String[]::new));
    Ranking ranking = new Ranking(eval, true);
    for (int i = 0; i < results.size(); i++) {
      Result result = results.get(i);
      int row = i;
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
      bars.flatMap(all -> all.of(row)).ifPresent(cells::add);
      table.row(cells.toArray(String[]::new));
    }
    return table;
  }

  /// The row that tells how many examples each set has, where that is the same for all.
  private static List<String> counts(EvalSpec eval, List<Result> results) {
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
    return cells;
  }
}
