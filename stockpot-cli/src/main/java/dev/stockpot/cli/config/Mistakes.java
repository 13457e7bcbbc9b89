package dev.stockpot.cli.config;

import dev.stockpot.internal.text.Nearest;
import dev.stockpot.recipe.RecipeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.function.Supplier;

/// The mistakes in a file, told together: each part is read, whatever is wrong with the others.
final class Mistakes {
  private final List<String> messages = new ArrayList<>();

  /// Reads a part.
  ///
  /// @return empty if there is a mistake in it
  <T> Optional<T> read(Supplier<T> part) {
    try {
      return Optional.of(part.get());
    } catch (RecipeException e) {
      messages.add(e.getMessage());
      return Optional.empty();
    }
  }

  /// Checks something.
  void tell(Runnable check) {
    try {
      check.run();
    } catch (RecipeException e) {
      messages.add(e.getMessage());
    }
  }

  /// Tells of every key that is not known here.
  ///
  /// @return the mapping with what is under a misspelt key under the right one, so that it is not
  ///   missed as well
  YamlMapping only(YamlMapping mapping, List<String> known) {
    return only(mapping, known, _ -> Optional.empty());
  }

  /// The same.
  ///
  /// @param elsewhere where a key belongs that is not known here
  YamlMapping only(
      YamlMapping mapping, List<String> known, Function<String, Optional<String>> elsewhere) {
    SequencedMap<String, YamlValue> entries = new LinkedHashMap<>();
    SequencedMap<String, Location> keys = new LinkedHashMap<>();
    mapping
        .entries()
        .forEach((key, value) -> {
          String meant = known.contains(key) ? key : unknown(mapping, key, known, elsewhere);
          if (meant.equals(key) || mapping.find(meant).isEmpty()) {
            entries.putIfAbsent(meant, value);
            keys.putIfAbsent(meant, mapping.keys().get(key));
          }
        });
    return new YamlMapping(mapping.at(), entries, keys);
  }

  private String unknown(
      YamlMapping mapping,
      String key,
      List<String> known,
      Function<String, Optional<String>> elsewhere) {
    Optional<String> place = elsewhere.apply(key);
    if (place.isPresent()) {
      messages.add(mapping.keys().get(key).error("'" + key + "' " + place.get()).getMessage());
      return key;
    }
    messages.add(mapping.unknown(key, known).getMessage());
    return Nearest.to(key, known).orElse(key);
  }

  /// Reads each element of a list that is not empty.
  ///
  /// @return those without mistakes
  <T> List<T> each(YamlValue value, Function<YamlValue, Optional<T>> element) {
    List<T> all = new ArrayList<>();
    read(() -> value.list(Function.identity()))
        .orElse(List.of())
        .forEach(each -> read(() -> element.apply(each)).flatMap(it -> it).ifPresent(all::add));
    return all;
  }

  /// @throws RecipeException if there was a mistake: it, or all of them
  void check() {
    if (messages.size() == 1) {
      throw new RecipeException(messages.getFirst());
    }
    if (!messages.isEmpty()) {
      List<String> lines = messages.stream().map(each -> each.replace("\n", "\n  ")).toList();
      throw new RecipeException(lines.size() + " mistakes:\n  " + String.join("\n  ", lines));
    }
  }
}
