package dev.stockpot.search;

import dev.stockpot.recipe.Ingredient;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The values of a recipe's parameters; each is of its parameter's type.
///
/// @param values by the parameters' names, defaults filled in
/// @param checkpoints that the recipe names beside the ingredients, open, in its order
public record Arguments(Map<String, Object> values, List<Ingredient> checkpoints) {
  public Arguments {
    values = Map.copyOf(values);
    checkpoints = List.copyOf(checkpoints);
  }

  int count(String name) {
    return find(name, Integer.class).orElseThrow();
  }

  double number(String name) {
    return find(name, Double.class).orElseThrow();
  }

  boolean flag(String name) {
    return find(name, Boolean.class).orElseThrow();
  }

  String word(String name) {
    return find(name, String.class).orElseThrow();
  }

  Optional<Path> file(String name) {
    return find(name, Path.class);
  }

  List<String> names(String name) {
    return find(name, List.class).stream()
        .flatMap(list -> ((List<?>) list).stream())
        .map(String.class::cast)
        .toList();
  }

  <T> Optional<T> find(String name, Class<T> type) {
    return Optional.ofNullable(values.get(name)).map(type::cast);
  }
}
