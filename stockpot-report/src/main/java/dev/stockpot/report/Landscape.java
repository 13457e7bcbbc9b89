package dev.stockpot.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// Measurements over the plane through three models.
///
/// @param points the models and where they lie
/// @param x of the grid's columns, ascending
/// @param y of the grid's rows, ascending
/// @param values by `set metric`: rows of the grid
public record Landscape(
    List<Point> points,
    List<Double> x,
    List<Double> y,
    SequencedMap<String, List<List<Double>>> values) {

  /// A model in the plane.
  ///
  /// @param name of the model
  /// @param x along the line from the first to the second model
  /// @param y across it
  public record Point(String name, double x, double y) {}

  /// @throws IllegalArgumentException unless there is a value per point of the grid
  public Landscape {
    points = List.copyOf(points);
    x = List.copyOf(x);
    y = List.copyOf(y);
    int rows = y.size();
    int columns = x.size();
    for (List<List<Double>> grid : values.values()) {
      if (grid.size() != rows || grid.stream().anyMatch(row -> row.size() != columns)) {
        throw new IllegalArgumentException("%d by %d values expected".formatted(rows, columns));
      }
    }
    values = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(values));
  }
}
