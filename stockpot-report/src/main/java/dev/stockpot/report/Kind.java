package dev.stockpot.report;

import java.util.Locale;

/// What a model is, which decides how it is drawn.
public enum Kind {
  /// What the others were fine-tuned from.
  BASE,
  /// A fine-tuned model.
  INDIVIDUAL,
  /// One model made of several.
  SOUP,
  /// A point on the line between the base and a model.
  WISE_FT,
  /// Several models at once.
  ENSEMBLE;

  /// From a recipe's name, or a model's where nothing else is known of it.
  static Kind of(String recipe) {
    String word = recipe.toLowerCase(Locale.ROOT);
    if (word.equals("base")) {
      return BASE;
    }
    if (word.equals("individual")) {
      return INDIVIDUAL;
    }
    if (word.contains("ensemble")) {
      return ENSEMBLE;
    }
    return word.startsWith("wise-ft") || word.startsWith("wise_ft") ? WISE_FT : SOUP;
  }

  /// As the page's document names it.
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
