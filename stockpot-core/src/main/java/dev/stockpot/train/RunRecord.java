package dev.stockpot.train;

import dev.stockpot.internal.io.AtomicFile;
import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonException;
import dev.stockpot.internal.json.JsonReader;
import dev.stockpot.internal.json.JsonWriter;
import dev.stockpot.recipe.RecipeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// What became of a run.
///
/// @param name of the run and its folder
/// @param hyperparameters as JSON has them
/// @param status how it ended
/// @param why it did not end well
/// @param epochs losses and metrics
/// @param select metrics of the checkpoint, where it was measured
/// @param files SHA-256 by name
/// @param identity of all that it depends on
public record RunRecord(
    String name,
    SequencedMap<String, Object> hyperparameters,
    Status status,
    Optional<String> why,
    List<Epoch> epochs,
    SequencedMap<String, Double> select,
    SequencedMap<String, String> files,
    String identity) {

  /// How a run ended.
  public enum Status {
    /// With a checkpoint.
    FINISHED,
    /// With a loss that is not finite.
    DIVERGED,
    /// The user's program ended with an error; such a run is tried again.
    FAILED
  }

  private static final String FILE = "run.json";

  public RunRecord {
    hyperparameters = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(hyperparameters));
    epochs = List.copyOf(epochs);
    select = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(select));
    files = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(files));
  }

  /// As a JSON document has it.
  public Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", name);
    json.put("status", status.name().toLowerCase(Locale.ROOT));
    why.ifPresent(reason -> json.put("why", reason));
    json.put("hyperparameters", hyperparameters);
    json.put("select", select);
    json.put("epochs", epochs.stream().map(Epoch::json).toList());
    json.put("files", files);
    json.put("identity", identity);
    return json;
  }

  /// Keeps it in the run's folder; that it is there says that the run has ended.
  void write(Path folder) {
    AtomicFile.writeString(folder.resolve(FILE), JsonWriter.pretty(JsonWriter.of(json())), true);
  }

  /// The record in a run's folder, if the run has ended.
  ///
  /// @throws RecipeException if it cannot be read
  static Optional<RunRecord> read(Path folder) {
    Path file = folder.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      if (JsonReader.read(Files.readAllBytes(file))
          instanceof Json.Obj(Map<String, Json> members)) {
        return Optional.of(of(members));
      }
      throw new IllegalArgumentException("not an object");
    } catch (JsonException | IllegalArgumentException | ClassCastException e) {
      throw new RecipeException(
          file + ": is not as Stockpot wrote it; delete the run's folder, and go on with --resume");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static RunRecord of(Map<String, Json> members) {
    SequencedMap<String, Object> hyperparameters = new LinkedHashMap<>();
    object(members, "hyperparameters")
        .forEach((name, value) ->
            hyperparameters.put(
                name,
                value instanceof Json.Num number
                    ? new Value.Real(number.asDouble()).json()
                    : text(value)));
    SequencedMap<String, String> files = new LinkedHashMap<>();
    object(members, "files").forEach((name, hash) -> files.put(name, text(hash)));
    List<Epoch> epochs = new ArrayList<>();
    ((Json.Arr) members.get("epochs")).elements().forEach(epoch -> epochs.add(Epoch.of(epoch)));
    return new RunRecord(
        text(members.get("name")),
        hyperparameters,
        Status.valueOf(text(members.get("status")).toUpperCase(Locale.ROOT)),
        Optional.ofNullable(members.get("why")).map(RunRecord::text),
        epochs,
        Epoch.numbers(object(members, "select")),
        files,
        text(members.get("identity")));
  }

  private static Map<String, Json> object(Map<String, Json> members, String name) {
    if (members.get(name) instanceof Json.Obj(Map<String, Json> inner)) {
      return inner;
    }
    throw new IllegalArgumentException("no " + name);
  }

  private static String text(Json value) {
    if (value instanceof Json.Str(String text)) {
      return text;
    }
    throw new IllegalArgumentException("not a text");
  }
}
