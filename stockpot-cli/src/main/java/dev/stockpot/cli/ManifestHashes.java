package dev.stockpot.cli;

import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.internal.io.IoReason;
import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonException;
import dev.stockpot.internal.json.JsonReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The SHA-256 that a [Manifest] holds of a run's files.
///
/// @param file the manifest
/// @param hashes by path, as the run knew it: of outputs and inputs
record ManifestHashes(Path file, Map<Path, String> hashes) {
  private static final String NAME = "manifest.json";

  /// The manifest in a checkpoint's folder, or in the one above, where a run has it.
  static Optional<Path> beside(Path checkpoint) {
    Path absolute = checkpoint.toAbsolutePath().normalize();
    Path folder = Files.isDirectory(absolute) ? absolute : absolute.getParent();
    return Optional.of(folder.resolve(NAME))
        .filter(Files::isRegularFile)
        .or(() ->
            Optional.ofNullable(folder.getParent())
                .map(above -> above.resolve(NAME))
                .filter(Files::isRegularFile));
  }

  /// Reads a manifest.
  ///
  /// @throws CheckpointException if it is none
  static ManifestHashes read(Path file) {
    Json document;
    try {
      document = JsonReader.read(Files.readAllBytes(file));
    } catch (IOException e) {
      throw CheckpointException.of(file, "cannot be opened: " + IoReason.of(e));
    } catch (JsonException e) {
      throw CheckpointException.at(file, e.offset(), "is not valid JSON: " + e.getMessage());
    }
    Map<Path, String> hashes = new LinkedHashMap<>();
    if (document instanceof Json.Obj(Map<String, Json> members)) {
      for (String part : List.of("outputs", "inputs")) {
        if (members.get(part) instanceof Json.Obj(Map<String, Json> entries)) {
          entries.forEach((path, hash) -> {
            if (hash instanceof Json.Str(String digits)) {
              hashes.put(Path.of(path), digits);
            }
          });
        }
      }
    }
    if (hashes.isEmpty()) {
      throw CheckpointException.of(file, "is no manifest: has no hashes of inputs or outputs");
    }
    return new ManifestHashes(file, hashes);
  }

  /// The hash of a file: that of the path which ends in the most names of this file's, since the
  /// run may have been started elsewhere, or its folder moved.
  ///
  /// @return absent if no path ends in the file's name
  /// @throws CheckpointException if several paths would do
  Optional<String> of(Path wanted) {
    Path absolute = wanted.toAbsolutePath().normalize();
    int most = 0;
    Map<Path, String> best = new LinkedHashMap<>();
    for (Map.Entry<Path, String> entry : hashes.entrySet()) {
      int common = commonNames(absolute, entry.getKey().toAbsolutePath().normalize());
      if (common > most) {
        most = common;
        best.clear();
      }
      if (common == most && common > 0) {
        best.put(entry.getKey(), entry.getValue());
      }
    }
    if (best.size() > 1) {
      throw CheckpointException.of(
          file, "names several files that could be " + wanted + ": " + best.keySet());
    }
    return best.values().stream().findFirst();
  }

  /// How many names, from the last on, two paths have in common.
  private static int commonNames(Path a, Path b) {
    int common = 0;
    while (common < a.getNameCount()
        && common < b.getNameCount()
        && a.getName(a.getNameCount() - 1 - common)
            .equals(b.getName(b.getNameCount() - 1 - common))) {
      common++;
    }
    return common;
  }
}
