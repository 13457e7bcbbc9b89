package dev.stockpot.cli.config;

import dev.stockpot.checkpoint.HuggingFaceCache;
import dev.stockpot.eval.EvalSpec;
import dev.stockpot.recipe.RecipeException;
import dev.stockpot.recipe.RecipeSpec;
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
  /// @throws RecipeException naming file, line and mistake, or all of them
  public static SoupSpec read(Path path, List<RecipeDefinition> known) {
    Path folder = folder(path);
    Mistakes mistakes = new Mistakes();
    YamlMapping file = mistakes.only(YamlFile.read(path), KEYS);
    Optional<Path> base =
        file.find("base").flatMap(value -> mistakes.read(() -> checkpoint(folder, value)));
    Optional<List<Path>> ingredients =
        mistakes.read(() -> {
          List<YamlValue> words = file.require("ingredients").list(value -> value);
          return Ingredients.find(folder, words, base);
        });
    Optional<EvalSpec> eval = new EvalFile(folder).eval(file, mistakes);
    RecipeValues recipes = new RecipeValues(folder, known);
    Optional<YamlValue> named = file.find("recipes");
    List<RecipeSpec> cooked =
        named.map(value -> recipes.read(value, mistakes)).orElseGet(() -> recipes.usual(file.at()));
    mistakes.check();
    return new SoupSpec(
        base, ingredients.orElseThrow(), eval.orElseThrow(), cooked, named.isPresent());
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
