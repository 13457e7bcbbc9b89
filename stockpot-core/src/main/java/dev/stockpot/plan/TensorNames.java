package dev.stockpot.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.SequencedMap;
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
