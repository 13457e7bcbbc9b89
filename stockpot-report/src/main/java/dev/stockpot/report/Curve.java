package dev.stockpot.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// Measurements along the straight line between two models.
///
/// @param from the model at α = 0
/// @param to the model at α = 1
/// @param alphas in ascending order
/// @param values by `set metric`, one per α
public record Curve(
    String from, String to, List<Double> alphas, SequencedMap<String, List<Double>> values) {

  /// @throws IllegalArgumentException unless there is a value per α
  public Curve {
    alphas = List.copyOf(alphas);
    int points = alphas.size();
    if (values.values().stream().anyMatch(series -> series.size() != points)) {
      throw new IllegalArgumentException("%d values per curve expected".formatted(points));
    }
    values = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(values));
  }
}
