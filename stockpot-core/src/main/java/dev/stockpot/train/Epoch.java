package dev.stockpot.train;

import dev.stockpot.internal.json.Json;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/// What came of an epoch.
///
/// @param number from 1
/// @param loss on the training data, mean over the examples as they were seen; NaN or infinite if
///   the run diverged
/// @param select metrics on the set to choose on; empty if there is none
public record Epoch(int number, double loss, SequencedMap<String, Double> select) {
  public Epoch {
    select = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(select));
  }

  /// Whether the run goes on.
  public boolean isFinite() {
    return Double.isFinite(loss);
  }

  /// As a JSON document has it; a loss that is not finite is null.
  public Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("epoch", number);
    json.put("loss", loss);
    if (!select.isEmpty()) {
      json.put("select", select);
    }
    return json;
  }

  /// From a JSON document.
  ///
  /// @throws IllegalArgumentException if it is none
  static Epoch of(Json json) {
    if (json instanceof Json.Obj(Map<String, Json> members)
        && members.get("epoch") instanceof Json.Num number) {
      return new Epoch(
          (int) number.asDouble(),
          number(members.get("loss")),
          members.get("select") instanceof Json.Obj(Map<String, Json> select)
              ? numbers(select)
              : new LinkedHashMap<>());
    }
    throw new IllegalArgumentException("no epoch: " + json.kind());
  }

  static SequencedMap<String, Double> numbers(Map<String, Json> members) {
    SequencedMap<String, Double> numbers = new LinkedHashMap<>();
    members.forEach((name, value) -> numbers.put(name, number(value)));
    return numbers;
  }

  /// Null, and what is not there, is NaN.
  private static double number(Json value) {
    return value instanceof Json.Num number ? number.asDouble() : Double.NaN;
  }
}
