package dev.stockpot.tokenizer;

import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.FileKind;
import dev.stockpot.checkpoint.HuggingFaceFolder;
import dev.stockpot.internal.io.IoReason;
import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonException;
import dev.stockpot.internal.json.JsonReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What a model has besides its tensors: config.json, the tokenizer's files and so on.
///
/// @param folder that holds them
/// @param texts in place of files in the folder, or where there is none: of a model that is still
///   to be made
public record Companions(Optional<Path> folder, Map<String, String> texts) {
  /// Nothing.
  public static final Companions NONE = new Companions(Optional.empty(), Map.of());

  public Companions {
    texts = Map.copyOf(texts);
  }

  /// Those of a checkpoint: in its folder, if it is one.
  public static Companions of(Path checkpoint) {
    return new Companions(Optional.of(checkpoint).filter(Files::isDirectory), Map.of());
  }

  /// The same with other texts in place of some.
  public Companions with(Map<String, String> others) {
    Map<String, String> all = new LinkedHashMap<>(texts);
    all.putAll(others);
    return new Companions(folder, all);
  }

  /// A file's text.
  ///
  /// @throws CheckpointException if it is there but cannot be read
  public Optional<String> text(String name) {
    if (texts.containsKey(name)) {
      return Optional.of(texts.get(name));
    }
    Optional<Path> file = folder.map(it -> it.resolve(name)).filter(Files::isRegularFile);
    try {
      return file.isPresent() ? Optional.of(Files.readString(file.get())) : Optional.empty();
    } catch (IOException e) {
      throw CheckpointException.of(file.get(), "cannot be read: " + IoReason.of(e));
    }
  }

  /// The members of a JSON file.
  ///
  /// @throws CheckpointException if it is no JSON object
  public Optional<Map<String, Json>> json(String name) {
    return text(name)
        .map(text -> {
          Path path = folder.orElse(Path.of("")).resolve(name);
          try {
            if (JsonReader.read(text) instanceof Json.Obj(Map<String, Json> members)) {
              return members;
            }
            throw CheckpointException.of(path, "is not a JSON object");
          } catch (JsonException e) {
            throw FileKind.other(text.getBytes(StandardCharsets.UTF_8), "JSON")
                .map(what -> CheckpointException.of(path, what))
                .orElse(
                    CheckpointException.at(
                        path, e.offset(), "is not valid JSON: " + e.getMessage()));
          }
        });
  }

  /// The members of config.json; none where there is no such file.
  public Map<String, Json> config() {
    return json("config.json").orElse(Map.of());
  }

  /// A model's folder with these companions.
  ///
  /// @param shardBytes most bytes in one file of tensors
  public HuggingFaceFolder format(long shardBytes) {
    return new HuggingFaceFolder(shardBytes, folder, texts);
  }
}
