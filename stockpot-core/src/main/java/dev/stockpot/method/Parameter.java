package dev.stockpot.method;

import java.util.List;
import java.util.Optional;

/// A parameter of a merge method, by the name that people write into configs.
///
/// @param name such as `weight`
/// @param scope whether there is one value per merge or one per ingredient
/// @param type what values it takes
/// @param words the values of a [Type#WORD], else empty
/// @param fallback the default: a Double, Boolean or String; empty if the parameter must be given
public record Parameter(
    String name, Scope scope, Type type, List<String> words, Optional<Object> fallback) {

  /// How many values there are.
  public enum Scope {
    /// One per merge ("G").
    GLOBAL,
    /// One per ingredient ("T").
    EACH
  }

  /// What values a parameter takes.
  public enum Type {
    NUMBER,
    FLAG,
    WORD
  }

  public Parameter {
    words = List.copyOf(words);
  }

  /// A number per merge.
  static Parameter number(String name, double fallback) {
    return new Parameter(name, Scope.GLOBAL, Type.NUMBER, List.of(), Optional.of(fallback));
  }

  /// A number per merge that must be given.
  static Parameter required(String name) {
    return new Parameter(name, Scope.GLOBAL, Type.NUMBER, List.of(), Optional.empty());
  }

  /// A number per ingredient.
  static Parameter each(String name, double fallback) {
    return new Parameter(name, Scope.EACH, Type.NUMBER, List.of(), Optional.of(fallback));
  }

  /// A number per ingredient that must be given.
  static Parameter requiredEach(String name) {
    return new Parameter(name, Scope.EACH, Type.NUMBER, List.of(), Optional.empty());
  }

  /// Yes or no, per merge.
  static Parameter flag(String name, boolean fallback) {
    return new Parameter(name, Scope.GLOBAL, Type.FLAG, List.of(), Optional.of(fallback));
  }

  /// One of some words, per merge; the first is the default.
  static Parameter word(String name, String... words) {
    return new Parameter(
        name, Scope.GLOBAL, Type.WORD, List.of(words), Optional.of((Object) words[0]));
  }
}
