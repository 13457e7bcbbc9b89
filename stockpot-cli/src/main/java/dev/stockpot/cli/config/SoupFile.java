package dev.stockpot.cli.config;

import dev.stockpot.checkpoint.HuggingFaceCache;
import dev.stockpot.recipe.RecipeException;
import dev.stockpot.recipe.SoupSpec;
import dev.stockpot.search.RecipeDefinition;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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
  /// @param known recipes, in the order in which they are cooked where the file names none
  /// @throws RecipeException naming file, line and mistake
  public static SoupSpec read(Path path, List<RecipeDefinition> known) {
    YamlMapping file = YamlFile.read(path).only(KEYS);
    Path folder = folder(path);
    Optional<Path> base = file.find("base").map(value -> checkpoint(folder, value));
    List<YamlValue> words = file.require("ingredients").list(value -> value);
    List<Path> ingredients = Ingredients.find(folder, words, base);
    RecipeValues recipes = new RecipeValues(folder, known);
    Optional<YamlValue> named = file.find("recipes");
    return new SoupSpec(
        base,
        ingredients,
        new EvalFile(folder).eval(file),
        named.map(recipes::read).orElseGet(() -> recipes.usual(file.at())),
        named.isPresent());
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
}
