package dev.stockpot.search;

import java.util.List;

/// What values a parameter of a recipe takes.
public sealed interface ParameterType {
  /// A whole number: an Integer.
  record Count(int least, int most) implements ParameterType {}

  /// A number: a Double.
  record Real(double least, double most) implements ParameterType {}

  /// Yes or no: a Boolean.
  record Flag() implements ParameterType {}

  /// One of some words: a String.
  record Word(List<String> words) implements ParameterType {
    public Word {
      words = List.copyOf(words);
    }
  }

  /// The name of a model, or of what a recipe made: a String.
  record Name() implements ParameterType {}

  /// Some texts: a List of String.
  record Names() implements ParameterType {}

  /// A file: a Path.
  record File() implements ParameterType {}

  /// Checkpoints, also by globs: a List of Path.
  record Checkpoints() implements ParameterType {}
}
