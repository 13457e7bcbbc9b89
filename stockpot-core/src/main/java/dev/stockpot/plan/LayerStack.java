package dev.stockpot.plan;

import dev.stockpot.internal.text.Counted;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/// Layers that follow each other, found by the names of their tensors; no list of architectures is
/// needed.
///
/// @param prefix of the tensors' names, such as `model.layers`
/// @param layers their number
record LayerStack(String prefix, int layers) {

  /// Every stack of a checkpoint by its prefix. Numbers that do not run from 0 on without a gap are
  /// no layers: a `Sequential` has them, too.
  static SequencedMap<String, LayerStack> of(Collection<String> tensors) {
    SequencedMap<String, BitSet> numbers = new LinkedHashMap<>();
    for (String tensor : tensors) {
      LayerName.of(tensor)
          .ifPresent(
              name -> numbers.computeIfAbsent(name.prefix(), _ -> new BitSet()).set(name.index()));
    }
    SequencedMap<String, LayerStack> stacks = new LinkedHashMap<>();
    for (Map.Entry<String, BitSet> entry : numbers.entrySet()) {
      int count = entry.getValue().cardinality();
      if (entry.getValue().length() == count) {
        stacks.put(entry.getKey(), new LayerStack(entry.getKey(), count));
      }
    }
    return stacks;
  }

  /// How deep a layer lies: 0 for the first, 1 for the last and for an only one.
  static double depth(int layer, int layers) {
    return layers == 1 ? 1 : (double) layer / (layers - 1);
  }

  @Override
  public String toString() {
    return (prefix.isEmpty() ? "without a name" : prefix)
        + " ("
        + Counted.of(layers, "layer")
        + ")";
  }
}
