package dev.stockpot.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What Model Stock found in each tensor, for people and for JSON.
final class StockFigures {
  private StockFigures() {}

  /// JSON members by tensor: the ratio `t`, the cosine behind it, and the task vectors' `norms` by
  /// ingredient.
  ///
  /// @param names of the ingredients
  /// @param figures tensor → name → value, of a merge report
  static Map<String, Object> tensors(List<String> names, Map<String, Map<String, Double>> figures) {
    Map<String, Object> tensors = new LinkedHashMap<>();
    figures.forEach((tensor, found) -> tensors.put(tensor, members(names, found)));
    return tensors;
  }

  /// Lengths of the task vectors in one tensor, in the order of the ingredients.
  static List<Double> norms(Map<String, Double> figures) {
    List<Double> norms = new ArrayList<>();
    while (figures.containsKey("norm_" + (norms.size() + 1))) {
      norms.add(figures.get("norm_" + (norms.size() + 1)));
    }
    return norms;
  }

  private static Map<String, Object> members(List<String> names, Map<String, Double> figures) {
    Map<String, Object> members = new LinkedHashMap<>();
    figures.forEach((name, value) -> {
      if (!name.startsWith("norm_")) {
        members.put(name, value);
      }
    });
    List<Double> norms = norms(figures);
    if (!norms.isEmpty()) {
      Map<String, Double> byName = new LinkedHashMap<>();
      for (int i = 0; i < norms.size(); i++) {
        byName.put(names.get(i), norms.get(i));
      }
      members.put("norms", byName);
    }
    return members;
  }
}
