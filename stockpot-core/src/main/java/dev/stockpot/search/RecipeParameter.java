package dev.stockpot.search;

import java.util.List;
import java.util.Optional;

/// A parameter of a recipe, by the name that people write into a soup.yml.
///
/// @param name such as `passes`
/// @param type what values it takes
/// @param fallback the default; empty if the recipe does without a value, or cannot
public record RecipeParameter(String name, Type type, Optional<Object> fallback) {

  /// What values a parameter takes.
  public sealed interface Type {
    /// A whole number: an Integer.
    record Count(int least, int most) implements Type {}

    /// A number: a Double.
    record Number(double least, double most) implements Type {}

    /// Yes or no: a Boolean.
    record Flag() implements Type {}

    /// One of some words: a String.
    record Word(List<String> words) implements Type {
      public Word {
        words = List.copyOf(words);
      }
    }

    /// The name of a model, or of what a recipe made: a String.
    record Name() implements Type {}

    /// Some texts: a List of String.
    record Names() implements Type {}

    /// A file: a Path.
    record File() implements Type {}

    /// Checkpoints, also by globs: a List of Path.
    record Checkpoints() implements Type {}
  }

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
    return new RecipeParameter(name, new Type.Word(List.of(words)), Optional.of(words[0]));
  }

  /// One without a default.
  static RecipeParameter optional(String name, Type type) {
    return new RecipeParameter(name, type, Optional.empty());
  }

  /// Whole numbers from a least one on.
  static Type atLeast(int least) {
    return new Type.Count(least, 1_000_000);
  }
}
