package dev.stockpot.cli.miniature;

import dev.stockpot.internal.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;

/// What documents that Stockpot wrote itself hold.
public final class Members {
  private Members() {}

  /// The member at the end of a path of names.
  ///
  /// @throws IllegalArgumentException if there is none
  public static Json member(Json json, String... path) {
    Json at = json;
    for (String name : path) {
      at = at instanceof Json.Obj(Map<String, Json> members) ? members.get(name) : null;
      if (at == null) {
        throw new IllegalArgumentException("no '" + String.join(".", path) + "' in the document");
      }
    }
    return at;
  }

  /// The members of an object.
  public static <T> SequencedMap<String, T> map(Json json, Function<Json, T> value) {
    SequencedMap<String, T> map = new LinkedHashMap<>();
    ((Json.Obj) json).members().forEach((name, member) -> map.put(name, value.apply(member)));
    return map;
  }

  /// The elements of an array.
  public static <T> List<T> list(Json json, Function<Json, T> value) {
    return ((Json.Arr) json).elements().stream().map(value).toList();
  }

  /// Set → metric → value.
  public static Map<String, Map<String, Double>> sets(Json json) {
    return map(json, metrics -> map(metrics, Members::number));
  }

  public static String text(Json json) {
    return ((Json.Str) json).value();
  }

  /// A number; NaN for null, as which it is written.
  public static double number(Json json) {
    return json instanceof Json.Num number ? number.asDouble() : Double.NaN;
  }
}
