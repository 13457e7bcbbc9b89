package dev.stockpot.plan;

import dev.stockpot.recipe.RecipeException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/// What is wrong with a merge, collected so that all of it is told at once.
final class Faults {
  /// More than these are only counted.
  private static final int MOST_TOLD = 40;

  private final SequencedSet<String> messages = new LinkedHashSet<>();

  void add(String message) {
    messages.add(message);
  }

  void add(RecipeException mistake) {
    messages.add(mistake.getMessage());
  }

  boolean isEmpty() {
    return messages.isEmpty();
  }

  /// @throws RecipeException if there are any
  void check(Path file) {
    if (messages.size() == 1) {
      throw new RecipeException(messages.getFirst());
    }
    if (!messages.isEmpty()) {
      List<String> told = messages.stream().limit(MOST_TOLD).toList();
      int more = messages.size() - told.size();
      throw new RecipeException(
          file
              + ": this cannot be merged, "
              + messages.size()
              + " faults:\n  "
              + String.join("\n  ", told)
              + (more == 0 ? "" : "\n  and " + more + " more"));
    }
  }
}
