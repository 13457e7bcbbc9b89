package dev.stockpot.search;

import java.util.List;
import java.util.Optional;

/// What a recipe decided on.
///
/// @param name of the result; the recipe's own for what it recommends
/// @param dish what is made of the ingredients
/// @param trace the steps of a search; empty for recipes without
/// @param coefficients of a learned soup
public record Choice(
    String name, Dish dish, List<Trial> trace, Optional<Coefficients> coefficients) {

  public Choice {
    trace = List.copyOf(trace);
  }

  /// The name of what a recipe does not recommend, but reports: `wise-ft@0.3`.
  static String variant(String recipe, String label) {
    return recipe + "@" + label;
  }

  /// A choice of a search.
  public Choice(String name, Dish dish, List<Trial> trace) {
    this(name, dish, trace, Optional.empty());
  }

  /// The same under another name.
  Choice named(String other) {
    return new Choice(other, dish, trace, coefficients);
  }

  /// A choice without a search.
  public Choice(String name, Dish dish) {
    this(name, dish, List.of());
  }
}
