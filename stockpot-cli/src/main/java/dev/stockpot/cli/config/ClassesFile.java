package dev.stockpot.cli.config;

import dev.stockpot.eval.ClassGroups;
import dev.stockpot.eval.ClassGroups.Labels;
import dev.stockpot.recipe.RecipeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads which of the model's classes a set is about: a `subset`, whose labels are the model's
/// unless said otherwise, or `groups`, whose labels are places in their list unless said otherwise.
/// Both are in place or in a text file of numbers, in which each line is a group.
final class ClassesFile {
  static final List<String> KEYS = List.of("subset", "groups", "labels-are");

  private static final List<String> LABELS = List.of("listed", "model");

  private ClassesFile() {}

  /// Reads it; empty where a set says nothing of it.
  ///
  /// @param folder that relative paths are relative to
  static Optional<ClassGroups> read(Path folder, YamlMapping set) {
    Optional<YamlValue> subset = set.find("subset");
    Optional<YamlValue> groups = set.find("groups");
    if (subset.isEmpty() && groups.isEmpty()) {
      if (set.find("labels-are").isPresent()) {
        throw set.keys()
            .get("labels-are")
            .error("'labels-are' goes with 'subset' or 'groups' only");
      }
      return Optional.empty();
    }
    if (subset.isPresent() && groups.isPresent()) {
      throw set.keys().get("groups").error("a set has 'subset' or 'groups', not both");
    }
    boolean areTheModels =
        set.find("labels-are")
            .map(value -> value.oneOf("kind of labels", LABELS).equals("model"))
            .orElse(subset.isPresent());
    YamlValue value = subset.or(() -> groups).get();
    List<List<Integer>> listed =
        subset.isPresent() ? single(subset(folder, value)) : groups(folder, value);
    try {
      return Optional.of(new ClassGroups(listed, areTheModels ? Labels.MODEL : Labels.LISTED));
    } catch (IllegalArgumentException e) {
      throw value.error("'" + value.at().name() + "': " + e.getMessage());
    }
  }

  private static List<Integer> subset(Path folder, YamlValue value) {
    return switch (value) {
      case YamlValue.Sequence list -> list.list(ClassesFile::number);
      case YamlMapping map -> throw map.error("'subset' is a mapping; 'groups' may be one");
      case YamlValue.Scalar text ->
          lines(text.path(folder), value).stream().flatMap(List::stream).toList();
    };
  }

  private static List<List<Integer>> groups(Path folder, YamlValue value) {
    return switch (value) {
      case YamlValue.Sequence list -> list.list(each -> each.list(ClassesFile::number));
      case YamlMapping map ->
          map.entries().values().stream().map(each -> each.list(ClassesFile::number)).toList();
      case YamlValue.Scalar text -> lines(text.path(folder), value);
    };
  }

  private static List<List<Integer>> single(List<Integer> classes) {
    return classes.stream().map(List::of).toList();
  }

  private static int number(YamlValue value) {
    double number = value.number();
    if (number != Math.rint(number) || number < 0 || number > Integer.MAX_VALUE) {
      throw value.error(
          "'" + value.at().name() + "' has " + number + "; classes are whole numbers from 0");
    }
    return (int) number;
  }

  private static List<List<Integer>> lines(Path file, YamlValue value) {
    if (!Files.isRegularFile(file)) {
      throw value.error("no such file: " + file);
    }
    List<List<Integer>> groups = new ArrayList<>();
    int at = 0;
    for (String line : text(file)) {
      at++;
      if (line.isBlank()) {
        continue;
      }
      List<Integer> group = new ArrayList<>();
      for (String word : line.strip().split("[\\s,]+", -1)) {
        if (!word.matches("[0-9]{1,9}")) {
          throw new RecipeException(
              file + ":" + at + ": '" + word + "' is no class, which is a whole number from 0");
        }
        group.add(Integer.valueOf(word));
      }
      groups.add(group);
    }
    return groups;
  }

  private static List<String> text(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (CharacterCodingException e) {
      throw new RecipeException(file + ": is not UTF-8 text");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
