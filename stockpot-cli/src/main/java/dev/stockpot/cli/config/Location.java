package dev.stockpot.cli.config;

import dev.stockpot.recipe.Place;
import dev.stockpot.recipe.RecipeException;
import java.nio.file.Path;

/// A place in a user's file.
///
/// @param file as the user named it
/// @param line from 1
/// @param name of the value there, such as `data.select.x`; empty for the whole document
record Location(Path file, int line, String name) {

  /// A mistake at this place: `soup.yml:7: what`.
  RecipeException error(String what) {
    return place().error(what);
  }

  /// The place without the name.
  Place place() {
    return new Place(file, line);
  }

  /// Name of a value under this one.
  String child(String key) {
    return name.isEmpty() ? key : name + "." + key;
  }
}
