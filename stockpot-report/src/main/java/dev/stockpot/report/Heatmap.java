package dev.stockpot.report;

import java.util.List;

/// Numbers in rows and columns, all drawn on one scale.
///
/// @param of what the numbers are of: a recipe, a layer, or all of a model
/// @param rows names of the rows
/// @param columns names of the columns
/// @param values row by row; NaN where there is none
public record Heatmap(
    String of, List<String> rows, List<String> columns, List<List<Double>> values) {

  /// @throws IllegalArgumentException unless there is a row of values per row, each as long as the
  ///   columns
  public Heatmap {
    rows = List.copyOf(rows);
    columns = List.copyOf(columns);
    values = values.stream().map(List::copyOf).toList();
    int width = columns.size();
    if (values.size() != rows.size() || values.stream().anyMatch(row -> row.size() != width)) {
      throw new IllegalArgumentException(
          "%s: %d rows by %d columns expected".formatted(of, rows.size(), width));
    }
  }
}
