package dev.stockpot.cli.config;

import dev.stockpot.recipe.RecipeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// The mistakes in a file, told together: each part is read, whatever is wrong with the others.
final class Mistakes {
  private final List<String> messages = new ArrayList<>();

  /// Reads a part.
  ///
  /// @return empty if there is a mistake in it
  <T> Optional<T> read(Supplier<T> part) {
    try {
      return Optional.of(part.get());
    } catch (RecipeException e) {
      messages.add(e.getMessage());
      return Optional.empty();
    }
  }

  /// @throws RecipeException if there was a mistake: it, or all of them
  void check() {
    if (messages.size() == 1) {
      throw new RecipeException(messages.getFirst());
    }
    if (!messages.isEmpty()) {
      List<String> lines = messages.stream().map(each -> each.replace("\n", "\n  ")).toList();
      throw new RecipeException(lines.size() + " mistakes:\n  " + String.join("\n  ", lines));
    }
  }
}
