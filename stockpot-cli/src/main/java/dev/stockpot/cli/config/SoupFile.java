package dev.stockpot.cli.config;

import dev.stockpot.checkpoint.HuggingFaceCache;
import dev.stockpot.recipe.RecipeException;
import dev.stockpot.recipe.SoupSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Reads a `soup.yml`. Relative paths in it are relative to its folder.
public final class SoupFile {
  /// Every key at the top.
  static final List<String> KEYS =
      Stream.of(List.of("base", "ingredients"), EvalFile.KEYS, List.of("recipes"))
          .flatMap(List::stream)
          .toList();

  private SoupFile() {}

  /// Reads a file.
  ///
  /// @param recipes that are known, in the order in which they are cooked where the file names none
  /// @throws RecipeException naming file, line and mistake
  public static SoupSpec read(Path path, List<String> recipes) {
    YamlMapping file = YamlFile.read(path).only(KEYS);
    Path folder = folder(path);
    Optional<Path> base = file.find("base").map(value -> checkpoint(folder, value));
    List<YamlValue> words = file.require("ingredients").list(value -> value);
    List<Path> ingredients = Ingredients.find(folder, words, base);
    return new SoupSpec(
        base,
        ingredients,
        new EvalFile(folder).eval(file),
        file.find("recipes").map(value -> recipes(value, recipes)).orElse(recipes));
  }

  static Path folder(Path file) {
    return Optional.ofNullable(file.getParent()).orElse(Path.of(""));
  }

  private static Path checkpoint(Path folder, YamlValue value) {
    Path path = value.path(folder);
    if (!Files.exists(path)) {
      if (HuggingFaceCache.isModel(value.text())) {
        return Ingredients.downloaded(value.text(), value::error);
      }
      throw value.error("no such file or folder: " + path);
    }
    return path;
  }

  private static List<String> recipes(YamlValue value, List<String> known) {
    Set<String> seen = new HashSet<>();
    return value.list(element -> {
      String recipe = element.oneOf("recipe", known);
      if (!seen.add(recipe)) {
        throw element.error("recipe '" + recipe + "' is named twice");
      }
      return recipe;
    });
  }
}
