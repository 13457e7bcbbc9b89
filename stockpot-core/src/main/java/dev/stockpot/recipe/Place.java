package dev.stockpot.recipe;

import java.nio.file.Path;

/// A place in a user's file, for messages.
///
/// @param file as the user named it
/// @param line from 1
public record Place(Path file, int line) {

  /// A mistake at this place: `recipe.yml:7: what`.
  public RecipeException error(String what) {
    return new RecipeException(this + ": " + what);
  }

  @Override
  public String toString() {
    return file + ":" + line;
  }
}
