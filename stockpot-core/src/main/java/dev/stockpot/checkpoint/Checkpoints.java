package dev.stockpot.checkpoint;

import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Opens and creates checkpoints of every format.
public final class Checkpoints {
  /// Every format, in the order in which they are tried.
  public static final List<CheckpointFormat> FORMATS = List.of(new Safetensors());

  private Checkpoints() {}

  /// Opens a checkpoint of whatever format.
  ///
  /// @throws CheckpointException if there is none, no format knows it, or it is not valid
  public static Checkpoint open(Path path) {
    if (!Files.exists(path)) {
      throw CheckpointException.of(path, "no such file or folder");
    }
    for (CheckpointFormat format : FORMATS) {
      if (format.recognises(path)) {
        return format.open(path);
      }
    }
    throw CheckpointException.of(
        path,
        (Files.isDirectory(path) ? "not a folder" : "not a checkpoint")
            + " that Stockpot reads; it reads "
            + formatNames());
  }

  /// Starts a checkpoint in the format that the target's name asks for.
  ///
  /// @throws CheckpointException if the name asks for none
  public static CheckpointWriter create(
      Path target,
      Collection<TensorSpec> tensors,
      Map<String, String> metadata,
      Durability durability) {
    return formatOf(target).create(target, tensors, metadata, durability);
  }

  /// The format that a name for an output asks for; to be called before work begins.
  ///
  /// @throws CheckpointException if the name asks for none
  public static CheckpointFormat formatOf(Path target) {
    return FORMATS.stream()
        .filter(format -> target.toString().endsWith("." + format.name()))
        .findFirst()
        .orElseThrow(() ->
            CheckpointException.of(target, "the name of an output ends in ." + formatNames()));
  }

  private static String formatNames() {
    return FORMATS.stream().map(CheckpointFormat::name).collect(Collectors.joining(", "));
  }
}
