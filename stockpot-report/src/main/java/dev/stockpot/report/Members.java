package dev.stockpot.report;

import dev.stockpot.internal.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.function.BiFunction;
import java.util.function.Function;

/// A JSON object whose members are read by kind. What is absent or null is empty; what is of
/// another kind is refused by name.
///
/// @param members in document order
record Members(Map<String, Json> members) {

  /// @throws IllegalArgumentException unless it is an object
  static Members of(String what, Json json) {
    if (json instanceof Json.Obj(Map<String, Json> members)) {
      return new Members(members);
    }
    throw mistaken(what, json, "an object");
  }

  /// Whether there is such a member, be it null.
  boolean has(String name) {
    return members.containsKey(name);
  }

  Optional<String> text(String name) {
    return get(name, Members::asText);
  }

  OptionalDouble number(String name) {
    return get(name, Members::asNumber).map(OptionalDouble::of).orElse(OptionalDouble.empty());
  }

  boolean truth(String name) {
    return get(name, Members::asTruth).orElse(false);
  }

  Optional<Members> object(String name) {
    return get(name, Members::of);
  }

  /// Elements of an array; none if it is absent.
  <T> List<T> list(String name, BiFunction<String, Json, T> element) {
    return get(name, (what, json) -> asList(what, json, element)).orElse(List.of());
  }

  /// Numbers of an array, NaN where there is null; none if it is absent.
  List<Double> numbers(String name) {
    return get(name, Members::asNumbers).orElse(List.of());
  }

  /// A member that is read somehow, unless it is absent or null.
  <T> Optional<T> get(String name, BiFunction<String, Json, T> read) {
    Json json = members.getOrDefault(name, Json.Null.NULL);
    return json instanceof Json.Null ? Optional.empty() : Optional.of(read.apply(name, json));
  }

  /// Members of an object in document order; none if it is absent. Null members are left out.
  <T> SequencedMap<String, T> map(String name, BiFunction<String, Json, T> member) {
    return object(name).map(object -> object.all(member)).orElseGet(LinkedHashMap::new);
  }

  /// All members in document order but those that are null.
  <T> SequencedMap<String, T> all(BiFunction<String, Json, T> member) {
    SequencedMap<String, T> all = new LinkedHashMap<>();
    members.keySet().forEach(name -> get(name, member).ifPresent(value -> all.put(name, value)));
    return all;
  }

  /// @throws IllegalArgumentException if there is no such member
  <T> T require(String name, Function<Members, Optional<T>> read) {
    return read.apply(this)
        .orElseThrow(() -> new IllegalArgumentException("'" + name + "' is missing"));
  }

  static String asText(String what, Json json) {
    if (json instanceof Json.Str(String value)) {
      return value;
    }
    throw mistaken(what, json, "a string");
  }

  static double asNumber(String what, Json json) {
    if (json instanceof Json.Num number) {
      return number.asDouble();
    }
    throw mistaken(what, json, "a number");
  }

  static boolean asTruth(String what, Json json) {
    if (json instanceof Json.Bool(boolean value)) {
      return value;
    }
    throw mistaken(what, json, "true or false");
  }

  static int asCount(String what, Json json) {
    double value = asNumber(what, json);
    if (value < 0 || value > Integer.MAX_VALUE || value != Math.rint(value)) {
      throw new IllegalArgumentException("'" + what + "' is " + value + ", not a count");
    }
    return (int) value;
  }

  static <T> List<T> asList(String what, Json json, BiFunction<String, Json, T> element) {
    if (json instanceof Json.Arr(List<Json> elements)) {
      return elements.stream().map(each -> element.apply(what, each)).toList();
    }
    throw mistaken(what, json, "an array");
  }

  /// Numbers; NaN where there is null.
  static List<Double> asNumbers(String what, Json json) {
    return asList(
        what,
        json,
        (_, each) -> each instanceof Json.Null ? Double.NaN : (Double) asNumber(what, each));
  }

  private static IllegalArgumentException mistaken(String what, Json json, String expected) {
    return new IllegalArgumentException("'" + what + "' is " + json.kind() + ", not " + expected);
  }
}
