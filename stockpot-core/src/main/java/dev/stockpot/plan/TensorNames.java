package dev.stockpot.plan;

import dev.stockpot.internal.text.Nearest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;

/// Names of many tensors in few words: `model.layers.0-31.mlp.up_proj.weight`.
public final class TensorNames {
  private TensorNames() {}

  /// The names in their order, those of the same tensor in several layers as one.
  public static List<String> brief(List<String> names) {
    SequencedMap<String, NavigableSet<Integer>> layers = new LinkedHashMap<>();
    Map<String, LayerName> firsts = new LinkedHashMap<>();
    for (String name : names) {
      Optional<LayerName> layer = LayerName.of(name);
      String key = layer.map(it -> it.prefix() + ".#" + it.rest()).orElse(name);
      layer.ifPresent(it -> firsts.putIfAbsent(key, it));
      layers.computeIfAbsent(key, _ -> new TreeSet<>());
      layer.ifPresent(it -> layers.get(key).add(it.index()));
    }
    List<String> brief = new ArrayList<>();
    layers.forEach((key, numbers) -> {
      LayerName first = firsts.get(key);
      brief.add(
          first == null
              ? key
              : (first.prefix().isEmpty() ? "" : first.prefix() + ".")
                  + ranges(numbers)
                  + first.rest());
    });
    return brief;
  }

  /// What to append to a message about a filter that is in no name: `; did you mean 'self_attn'?`,
  /// or nothing where no part of a name is near.
  static String hint(String filter, Collection<String> names) {
    int length = filter.split("\\.", -1).length;
    Set<String> parts = new LinkedHashSet<>();
    for (String name : names) {
      List<String> words = List.of(name.split("\\.", -1));
      for (int i = 0; i + length <= words.size(); i++) {
        parts.add(String.join(".", words.subList(i, i + length)));
      }
    }
    return Nearest.to(filter, parts).map(near -> "; did you mean '" + near + "'?").orElse("");
  }

  /// Numbers as ranges: `0-3,7`.
  public static String ranges(NavigableSet<Integer> numbers) {
    StringBuilder text = new StringBuilder();
    int from = -1;
    int to = -1;
    for (int number : numbers) {
      if (from >= 0 && number == to + 1) {
        to = number;
        continue;
      }
      append(text, from, to);
      from = number;
      to = number;
    }
    append(text, from, to);
    return text.toString();
  }

  private static void append(StringBuilder text, int from, int to) {
    if (from >= 0) {
      text.append(text.isEmpty() ? "" : ",").append(from);
      text.append(to > from ? "-" + to : "");
    }
  }
}
