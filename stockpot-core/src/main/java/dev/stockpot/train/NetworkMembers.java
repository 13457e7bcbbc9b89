package dev.stockpot.train;

import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonException;
import dev.stockpot.internal.json.JsonReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// The members of a network's description, each asked for once.
final class NetworkMembers {
  private static final int MOST = 1 << 20;

  private final Map<String, Json> members;
  private final List<String> asked = new ArrayList<>();

  private NetworkMembers(Map<String, Json> members) {
    this.members = new LinkedHashMap<>(members);
  }

  /// @throws IllegalArgumentException unless the text is a JSON object
  static NetworkMembers of(String text) {
    try {
      Json json = JsonReader.read(text);
      if (json instanceof Json.Obj(Map<String, Json> members)) {
        return new NetworkMembers(members);
      }
      throw new IllegalArgumentException("it is " + json.kind() + " instead of a JSON object");
    } catch (JsonException e) {
      throw new IllegalArgumentException(e.getMessage() + ", at byte " + e.offset(), e);
    }
  }

  String word(String name, List<String> words) {
    if (require(name) instanceof Json.Str(String word) && words.contains(word)) {
      return word;
    }
    throw new IllegalArgumentException("'" + name + "' must be " + String.join(", ", words));
  }

  int count(String name) {
    return count(name, require(name));
  }

  OptionalInt optionalCount(String name) {
    asked.add(name);
    return members.containsKey(name)
        ? OptionalInt.of(count(name, members.get(name)))
        : OptionalInt.empty();
  }

  /// A count that divides another, which was asked for before.
  int divisor(String name, String whole) {
    int divisor = count(name);
    if (count(whole, members.get(whole)) % divisor != 0) {
      throw new IllegalArgumentException(
          "'%s' is %d, which must divide '%s'".formatted(name, divisor, whole));
    }
    return divisor;
  }

  List<Integer> counts(String name) {
    if (require(name) instanceof Json.Arr(List<Json> elements)) {
      return elements.stream().map(each -> count(name, each)).toList();
    }
    throw new IllegalArgumentException("'" + name + "' must be a list of whole numbers");
  }

  /// False unless given.
  boolean flag(String name) {
    asked.add(name);
    return switch (members.get(name)) {
      case null -> false;
      case Json.Bool(boolean value) -> value;
      default -> throw new IllegalArgumentException("'" + name + "' must be true or false");
    };
  }

  void refuseOthers() {
    for (String name : members.keySet()) {
      if (!asked.contains(name)) {
        throw new IllegalArgumentException(
            "unknown key '" + name + "'; known are " + String.join(", ", asked));
      }
    }
  }

  private Json require(String name) {
    asked.add(name);
    Json value = members.get(name);
    if (value == null) {
      throw new IllegalArgumentException("missing '" + name + "'");
    }
    return value;
  }

  private static int count(String name, Json value) {
    if (value instanceof Json.Num number
        && number.asDouble() == Math.rint(number.asDouble())
        && number.asDouble() >= 1
        && number.asDouble() <= MOST) {
      return (int) number.asDouble();
    }
    throw new IllegalArgumentException("'" + name + "' must be a whole number from 1 to " + MOST);
  }
}
