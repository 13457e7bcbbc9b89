package dev.stockpot.recipe;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/// A recipe as a `soup.yml` asks for it.
///
/// @param name of its result; the recipe's own unless the file gives another
/// @param recipe that is cooked, such as `greedy`
/// @param parameters by name, those that the file gives: Integer, Double, Boolean, String, Path, or
///   a list of String or Path
/// @param recalibrates whether its soups get BatchNorm statistics of their own
/// @param place where the file asks for it
public record RecipeSpec(
    String name,
    String recipe,
    SequencedMap<String, Object> parameters,
    boolean recalibrates,
    Place place) {
  public RecipeSpec {
    parameters = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(parameters));
  }

  /// One without parameters.
  public RecipeSpec(String recipe, Place place) {
    this(recipe, recipe, new LinkedHashMap<>(Map.of()), false, place);
  }
}
