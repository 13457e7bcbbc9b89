package dev.stockpot.report;

import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonException;
import dev.stockpot.internal.json.JsonReader;
import dev.stockpot.internal.json.JsonWriter;
import dev.stockpot.recipe.RecipeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// What models were trained with: a JSON object of objects, by the model's name.
///
/// @param byModel by name, then by hyperparameter
record Hyperparameters(SequencedMap<String, SequencedMap<String, Object>> byModel) {
  static final Hyperparameters NONE = new Hyperparameters(new LinkedHashMap<>());

  /// @throws RecipeException if the file cannot be read
  static Hyperparameters read(Path file) {
    try {
      Members models = Members.of("document", JsonReader.read(Files.readAllBytes(file)));
      return new Hyperparameters(models.all((name, json) -> of(Members.of(name, json))));
    } catch (JsonException | IllegalArgumentException | IOException e) {
      throw new RecipeException(
          file
              + ": cannot be read as hyperparameters, an object per model: "
              + (e instanceof IOException ? e.toString() : e.getMessage()));
    }
  }

  /// One model's: numbers, and all else as text.
  static SequencedMap<String, Object> of(Members members) {
    return members.all((_, value) ->
        switch (value) {
          case Json.Num number -> (Object) number.asDouble();
          case Json.Str(String text) -> text;
          case Json.Obj _, Json.Arr _, Json.Bool _, Json.Null _ -> JsonWriter.write(value);
        });
  }

  /// These, and those of models that are not among them.
  Hyperparameters and(Hyperparameters others) {
    SequencedMap<String, SequencedMap<String, Object>> all = new LinkedHashMap<>(byModel);
    others.byModel.forEach(all::putIfAbsent);
    return new Hyperparameters(all);
  }

  Model add(Model model) {
    SequencedMap<String, Object> known = byModel.get(model.name());
    return known == null || !model.hyperparameters().isEmpty() ? model : model.with(known);
  }
}
