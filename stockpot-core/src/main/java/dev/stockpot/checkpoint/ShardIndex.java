package dev.stockpot.checkpoint;

import dev.stockpot.internal.io.IoReason;
import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonException;
import dev.stockpot.internal.json.JsonReader;
import dev.stockpot.internal.json.JsonWriter;
import dev.stockpot.internal.text.Excerpt;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// `model.safetensors.index.json`: which file of a folder holds which tensor.
///
/// @param shards file name by tensor name
/// @see <a href="https://huggingface.co/docs/safetensors/metadata_parsing">sharded checkpoints</a>
record ShardIndex(SequencedMap<String, String> shards) {
  /// Longest index that is read: that of a header.
  static final long MAX_BYTES = SafetensorsHeader.MAX_BYTES;

  /// The files, each once, sorted.
  List<String> files() {
    return List.copyOf(new TreeSet<>(shards.values()));
  }

  /// How many tensors a file holds.
  long tensorsIn(String file) {
    return shards.values().stream().filter(file::equals).count();
  }

  /// Reads and validates an index. `metadata.total_size` is not compared with the data: writers
  /// count tied tensors once or twice, or leave it out.
  ///
  /// @throws CheckpointException if it is no index, or a file that it names would lie elsewhere
  static ShardIndex read(Path file) {
    byte[] text = bytes(file);
    Json document;
    try {
      document = JsonReader.read(text);
    } catch (JsonException e) {
      throw CheckpointException.at(file, e.offset(), "is not valid JSON: " + e.getMessage());
    }
    if (!(document instanceof Json.Obj(Map<String, Json> members))) {
      throw CheckpointException.at(file, 0, "is " + document.kind() + " instead of an object");
    }
    Json map = members.get("weight_map");
    if (map == null) {
      throw CheckpointException.of(file, "has no weight_map");
    }
    if (!(map instanceof Json.Obj(Map<String, Json> entries))) {
      throw CheckpointException.of(file, "weight_map is " + map.kind() + " instead of an object");
    }
    SequencedMap<String, String> shards = new LinkedHashMap<>();
    entries.forEach((tensor, shard) -> shards.put(tensor, fileName(file, tensor, shard)));
    return new ShardIndex(Collections.unmodifiableSequencedMap(shards));
  }

  /// The index as a document, tensors sorted by name.
  ///
  /// @param totalBytes of the tensors' data
  byte[] write(long totalBytes) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("metadata", Map.of("total_size", totalBytes));
    document.put("weight_map", new TreeMap<>(shards));
    return JsonWriter.pretty(JsonWriter.of(document)).getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] bytes(Path file) {
    try {
      long size = Files.size(file);
      if (size > MAX_BYTES) {
        throw CheckpointException.of(
            file, "has " + size + " bytes; an index has at most " + MAX_BYTES);
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw CheckpointException.of(file, "cannot be opened: " + IoReason.of(e));
    }
  }

  private static String fileName(Path file, String tensor, Json shard) {
    if (!(shard instanceof Json.Str(String name))) {
      throw CheckpointException.of(
          file, tensor, "its shard is " + shard.kind() + " instead of a file name");
    }
    if (!isFileName(name)) {
      throw CheckpointException.of(
          file,
          tensor,
          "its shard is '"
              + Excerpt.of(name)
              + "'; shards lie in the folder of their index, so a path in their name is refused");
    }
    return name;
  }

  /// Whether the name is that of a file, on any system: neither a path nor a drive.
  private static boolean isFileName(String name) {
    if (name.isBlank() || name.equals(".") || name.equals("..") || name.matches(".*[/\\\\:].*")) {
      return false;
    }
    try {
      return Path.of(name).getNameCount() == 1;
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
