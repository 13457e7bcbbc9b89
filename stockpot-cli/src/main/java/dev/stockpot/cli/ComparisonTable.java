package dev.stockpot.cli;

import dev.stockpot.cli.terminal.Table;
import dev.stockpot.cli.terminal.Table.Column;
import dev.stockpot.eval.Role;
import dev.stockpot.search.Comparison;
import dev.stockpot.search.Comparisons;
import dev.stockpot.search.Contrast;
import dev.stockpot.search.Measure;
import dev.stockpot.search.Verdict;
import dev.stockpot.statistics.Interval;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/// Recipes against the best single model, as `cook` prints it under the ranking.
final class ComparisonTable {
  private final Comparisons comparisons;
  private final boolean accuracy;

  private ComparisonTable(Comparisons comparisons) {
    this.comparisons = comparisons;
    this.accuracy = comparisons.ranking().eval().metric().equals("accuracy");
  }

  /// The table: gains in points of accuracy, or in the metric's own unit.
  static Table of(Comparisons comparisons) {
    return new ComparisonTable(comparisons).table();
  }

  private Table table() {
    Measure primary = comparisons.primary();
    Optional<Measure> shifts = shifts();
    List<Column> columns = new ArrayList<>();
    columns.add(
        Table.text(
            "against %s%s".formatted(comparisons.single().name(), accuracy ? ", points" : "")));
    columns.add(Table.number(primary.name()));
    columns.add(Table.number("95 %"));
    columns.add(Table.number("p"));
    columns.add(Table.number("p (Holm)"));
    columns.add(Table.number("select"));
    columns.add(Table.number("optimism"));
    shifts.ifPresent(measure -> {
      columns.add(Table.number(measure.name()));
      columns.add(Table.number("p"));
    });
    boolean robustness = comparisons.line().isPresent();
    if (robustness) {
      columns.add(Table.number("robustness"));
    }
    Table table = new Table(columns.toArray(Column[]::new));
    for (Comparison comparison : comparisons.all()) {
      List<String> cells = new ArrayList<>(List.of(comparison.result().name()));
      Contrast counts = comparison.primary();
      cells.add(gain(counts.gain()));
      cells.add(counts.test().map(test -> interval(test.interval())).orElse(""));
      cells.add(p(counts));
      cells.add(p(comparison.holm()));
      cells.add(gain(comparison.gainOnSelect()));
      cells.add(gain(comparison.optimism()));
      shifts.ifPresent(measure ->
          comparison.contrasts().stream()
              .filter(contrast -> contrast.measure().equals(measure))
              .forEach(contrast -> {
                cells.add(gain(contrast.gain()));
                cells.add(p(contrast));
              }));
      if (robustness) {
        OptionalDouble value = comparisons.robustness(comparison.result());
        cells.add(value.isPresent() ? gain(value.getAsDouble()) : "");
      }
      table.row(cells.toArray(String[]::new));
    }
    return table;
  }

  /// The mean of shifts, where it is not what counts.
  private Optional<Measure> shifts() {
    return Measure.of(comparisons.ranking().eval()).stream()
        .filter(measure -> measure.role() == Role.SHIFT)
        .filter(_ -> comparisons.primary().role() == Role.ID)
        .reduce((_, last) -> last);
  }

  private String interval(Interval interval) {
    return gain(interval.low()) + " … " + gain(interval.high());
  }

  private static String p(Contrast contrast) {
    return contrast.test().map(test -> Verdict.pValue(test.pValue())).orElse("");
  }

  private static String p(OptionalDouble p) {
    return p.isPresent() ? Verdict.pValue(p.getAsDouble()) : "";
  }

  private String gain(double gain) {
    return accuracy
        ? String.format(Locale.ROOT, "%+.2f", 100 * gain)
        : String.format(Locale.ROOT, "%+.4f", gain);
  }
}
