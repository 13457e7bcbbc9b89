package dev.stockpot.cli.config;

import dev.stockpot.checkpoint.HuggingFaceCache;
import dev.stockpot.lora.Adapters;
import dev.stockpot.recipe.RecipeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.PatternSyntaxException;

/// Finds the checkpoints that words and globs name. Each must exist and is named once.
public final class Ingredients {
  private Ingredients() {}

  /// Checkpoints named on the command line: words in their order, what a glob matches sorted.
  ///
  /// @throws RecipeException for a file that is not there, a glob that matches nothing, a file
  ///   named twice
  public static List<Path> find(List<String> words) {
    return find(words, Optional.empty());
  }

  /// Checkpoints named on the command line that were fine-tuned from a base.
  ///
  /// @throws RecipeException also if the base is among them
  public static List<Path> find(List<String> words, Path base) {
    return find(words, Optional.of(base));
  }

  private static List<Path> find(List<String> words, Optional<Path> base) {
    List<Path> found = new ArrayList<>();
    Map<Path, Path> seen = new LinkedHashMap<>();
    for (String word : words) {
      found.addAll(add(Path.of(""), word, seen, base, RecipeException::new));
    }
    return List.copyOf(found);
  }

  /// One checkpoint, which may be a model in the Hugging Face cache. Whether it is there is for the
  /// opening to find.
  ///
  /// @throws RecipeException for a model that has not been downloaded
  public static Path find(Path path) {
    return Files.exists(path)
            || !HuggingFaceCache.isModel(path.toString())
            || new Adapters().reference(path).isPresent()
        ? path
        : downloaded(path.toString(), RecipeException::new);
  }

  /// Checkpoints named in a file, relative to its folder.
  static List<Path> find(Path folder, List<YamlValue> words, Optional<Path> base) {
    List<Path> found = new ArrayList<>();
    Map<Path, Path> seen = new LinkedHashMap<>();
    for (YamlValue word : words) {
      word.path(folder);
      found.addAll(add(folder, word.text(), seen, base, word::error));
    }
    return List.copyOf(found);
  }

  private static List<Path> add(
      Path folder,
      String word,
      Map<Path, Path> seen,
      Optional<Path> base,
      Function<String, RecipeException> error) {
    List<Path> paths = expand(folder, word, error);
    for (Path path : paths) {
      Path real = real(path);
      if (base.isPresent() && real(base.get()).equals(real)) {
        throw error.apply(
            "the base " + path + " is among the ingredients; name or match only fine-tuned ones");
      }
      Path before = seen.putIfAbsent(real, path);
      if (before != null) {
        throw error.apply(
            before.equals(path)
                ? "ingredient " + path + " is named twice"
                : "ingredients " + before + " and " + path + " are the same file");
      }
    }
    return paths;
  }

  private static List<Path> expand(
      Path folder, String word, Function<String, RecipeException> error) {
    Path literal = folder.resolve(word);
    if (Files.exists(literal) || new Adapters().reference(literal).isPresent()) {
      return List.of(literal);
    }
    if (HuggingFaceCache.isModel(word)) {
      return List.of(downloaded(word, error));
    }
    Optional<String> missing = new Adapters().missing(literal);
    if (missing.isPresent()) {
      throw error.apply(literal + ": " + missing.get());
    }
    if (!Globs.isGlob(word)) {
      throw error.apply("no such file or folder: " + literal);
    }
    List<Path> matches;
    try {
      matches = Globs.expand(folder, word);
    } catch (PatternSyntaxException e) {
      throw error.apply("'" + word + "' is not a pattern: " + e.getDescription());
    }
    if (matches.isEmpty()) {
      throw error.apply("'" + word + "' matches nothing in " + folder.toAbsolutePath());
    }
    return matches;
  }

  /// The folder of a model in the Hugging Face cache.
  static Path downloaded(String model, Function<String, RecipeException> error) {
    HuggingFaceCache cache =
        HuggingFaceCache.of(System.getenv(), Path.of(System.getProperty("user.home")));
    return cache
        .find(model)
        .orElseThrow(() ->
            error.apply(
                "no such file or folder: "
                    + model
                    + "; as a model it is not in the Hugging Face cache either ("
                    + cache.folder()
                    + "). To get it: hf download "
                    + model));
  }

  /// `BASE+ADAPTER` is two paths.
  private static Path real(Path path) {
    try {
      Optional<Adapters.Reference> reference = new Adapters().reference(path);
      return reference.isPresent()
          ? Path.of(real(reference.get().base()) + "+" + real(reference.get().adapter()))
          : path.toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
