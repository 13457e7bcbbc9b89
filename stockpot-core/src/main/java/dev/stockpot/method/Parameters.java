package dev.stockpot.method;

import java.util.List;
import java.util.Map;

/// The values of a method's parameters for one tensor, all of them checked and filled in.
///
/// @param hasBase whether the first input is a base
/// @param global values per merge: Double, Boolean or String
/// @param each values per ingredient, in the order of the inputs (without the base)
public record Parameters(
    boolean hasBase, Map<String, Object> global, List<Map<String, Object>> each) {

  public Parameters {
    global = Map.copyOf(global);
    each = List.copyOf(each);
  }

  /// Number of ingredients, without the base.
  public int ingredients() {
    return each.size();
  }

  double number(String name) {
    return (Double) value(global, name);
  }

  boolean flag(String name) {
    return (Boolean) value(global, name);
  }

  String word(String name) {
    return (String) value(global, name);
  }

  List<Double> numbers(String name) {
    return each.stream().map(values -> (Double) value(values, name)).toList();
  }

  private static Object value(Map<String, Object> values, String name) {
    Object value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no value of parameter '" + name + "'");
    }
    return value;
  }
}
