package dev.stockpot.cli.config;

import java.util.List;

/// The names that a file may use.
///
/// @param recipes of soups, in the order in which they are cooked where a file names none
/// @param metrics that Stockpot computes; a command may print others
public record Vocabulary(List<String> recipes, List<String> metrics) {
  public Vocabulary {
    recipes = List.copyOf(recipes);
    metrics = List.copyOf(metrics);
  }
}
