package dev.stockpot.search;

import java.util.List;
import java.util.Optional;

/// A parameter of a recipe, by the name that people write into a soup.yml.
///
/// @param name such as `passes`
/// @param type what values it takes
/// @param fallback the default; empty if the recipe does without a value, or cannot
public record RecipeParameter(String name, ParameterType type, Optional<Object> fallback) {

  /// A whole number of at least 1.
  static RecipeParameter count(String name, int fallback) {
    return new RecipeParameter(name, atLeast(1), Optional.of(fallback));
  }

  /// A whole number of at least 0 that tells random searches apart.
  static RecipeParameter seed() {
    return new RecipeParameter("seed", atLeast(0), Optional.of(0));
  }

  /// One of some words; the first is the default.
  static RecipeParameter word(String name, String... words) {
    return new RecipeParameter(name, new ParameterType.Word(List.of(words)), Optional.of(words[0]));
  }

  /// One without a default.
  static RecipeParameter optional(String name, ParameterType type) {
    return new RecipeParameter(name, type, Optional.empty());
  }

  /// Whole numbers from a least one on.
  static ParameterType atLeast(int least) {
    return new ParameterType.Count(least, 1_000_000);
  }
}
