package dev.stockpot.cli.config;

import dev.stockpot.internal.text.Nearest;
import dev.stockpot.recipe.RecipeException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/// A mapping in a YAML file, in the order of the file.
///
/// @param entries by key
/// @param keys where each key stands
record YamlMapping(
    Location at, SequencedMap<String, YamlValue> entries, SequencedMap<String, Location> keys)
    implements YamlValue {

  YamlMapping {
    entries = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(entries));
    keys = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(keys));
  }

  @Override
  public String kind() {
    return "a mapping";
  }

  /// Refuses every key but these.
  YamlMapping only(List<String> known) {
    for (String key : entries.keySet()) {
      if (!known.contains(key)) {
        throw unknown(key, known);
      }
    }
    return this;
  }

  /// The mistake that a key is.
  RecipeException unknown(String key, List<String> known) {
    return keys.get(key).error("unknown key '" + key + "'" + inside() + Nearest.hint(key, known));
  }

  /// A value that need not be there.
  Optional<YamlValue> find(String key) {
    return Optional.ofNullable(entries.get(key));
  }

  /// A value that must be there.
  YamlValue require(String key) {
    return find(key).orElseThrow(() -> error("missing key '" + key + "'" + inside()));
  }

  private String inside() {
    return at.name().isEmpty() ? "" : " in '" + at.name() + "'";
  }
}
