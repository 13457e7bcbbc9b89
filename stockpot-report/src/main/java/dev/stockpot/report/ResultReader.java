package dev.stockpot.report;

import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonException;
import dev.stockpot.internal.json.JsonReader;
import dev.stockpot.recipe.RecipeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// Reads results: a JSON object per line and model.
///
/// A line has `name` (or `model_name`), `recipe`, `ingredients`, `metrics`, `n` and `correct` as in
/// a run's `results.jsonl`. From elsewhere everything but the name and the numbers may be absent;
/// sets may then lie under `metrics` or beside the name, as one number each.
///
/// @param file to read
/// @param metric what a set's one number is called
record ResultReader(Path file, String metric) {

  /// One model per line.
  ///
  /// @throws RecipeException if the file cannot be read; names the line
  List<Model> read() {
    List<Model> models = new ArrayList<>();
    List<String> lines = text().lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).isBlank()) {
        continue;
      }
      try {
        models.add(model(Members.of("line", JsonReader.read(lines.get(i)))));
      } catch (JsonException | IllegalArgumentException e) {
        throw new RecipeException(file + ":" + (i + 1) + ": " + e.getMessage());
      }
    }
    if (models.isEmpty()) {
      throw new RecipeException(file + ": holds no results; a line of JSON per model is expected");
    }
    return models;
  }

  private String text() {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      throw new RecipeException(file + ": there is no such file");
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be read", e);
    }
  }

  private Model model(Members line) {
    String name =
        line.text("name")
            .or(() -> line.text("model_name"))
            .orElseThrow(() -> new IllegalArgumentException("'name' is missing"));
    Optional<String> recipe = line.text("recipe");
    Members sets = line.object("metrics").orElseGet(() -> flat(line));
    return new Model(
        name,
        recipe.orElseGet(() -> guess(name)),
        Kind.of(recipe.orElseGet(() -> guess(name))),
        line.map("ingredients", Members::asNumber),
        sets.all(this::values),
        line.map("n", Members::asCount),
        line.map("correct", Members::asCount),
        line.object("hyperparameters").map(Hyperparameters::of).orElseGet(LinkedHashMap::new));
  }

  /// A set's metrics by name, or its only one.
  private SequencedMap<String, Double> values(String set, Json json) {
    if (json instanceof Json.Num number) {
      return new LinkedHashMap<>(Map.of(metric, number.asDouble()));
    }
    return Members.of(set, json).all(Members::asNumber);
  }

  /// The numbers that lie beside the name.
  private static Members flat(Members line) {
    SequencedMap<String, Json> numbers = new LinkedHashMap<>(line.members());
    numbers.values().removeIf(value -> !(value instanceof Json.Num));
    return new Members(numbers);
  }

  /// What a name says of a model where nothing else does: `uniform_soup` is no single model.
  private static String guess(String name) {
    String word = name.toLowerCase(Locale.ROOT);
    if (word.equals("base") || word.contains("zero-shot") || word.contains("zeroshot")) {
      return "base";
    }
    boolean made = word.contains("soup") || word.contains("ensemble") || word.startsWith("wise");
    return made ? name : "individual";
  }
}
