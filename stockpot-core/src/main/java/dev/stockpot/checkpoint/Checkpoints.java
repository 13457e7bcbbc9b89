package dev.stockpot.checkpoint;

import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Opens and creates checkpoints of every format.
public final class Checkpoints {
  /// Every format, in the order in which they are tried.
  public static final List<CheckpointFormat> FORMATS =
      List.of(new Safetensors(), new PyTorch(), new Gguf(), new Onnx(), new HuggingFaceFolder());

  private static final Pattern EXTENSION = Pattern.compile("\\.[A-Za-z][A-Za-z0-9]*$");

  private Checkpoints() {}

  /// Opens a checkpoint of whatever format.
  ///
  /// @throws CheckpointException if there is none, no format knows it, or it is not valid
  public static Checkpoint open(Path path) {
    return open(path, OpenOptions.NONE);
  }

  /// Opens a checkpoint of whatever format, as the user says.
  ///
  /// @throws CheckpointException if there is none, no format knows it, or it is not valid
  public static Checkpoint open(Path path, OpenOptions options) {
    if (!Files.exists(path)) {
      throw CheckpointException.of(path, "no such file or folder");
    }
    for (CheckpointFormat format : FORMATS) {
      if (format.recognises(path)) {
        return format.open(path, options);
      }
    }
    throw CheckpointException.of(
        path,
        "not a checkpoint that Stockpot reads; it reads "
            + FORMATS.stream().map(CheckpointFormat::name).collect(Collectors.joining(", ")));
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

  /// The format that a name for an output asks for by its extension, a folder in Hugging Face
  /// layout if it has none; to be called before work begins.
  ///
  /// @throws CheckpointException if the extension is unknown
  public static CheckpointFormat formatOf(Path target) {
    Optional<CheckpointFormat> named =
        FORMATS.stream()
            .filter(format ->
                format.extensions().stream()
                    .anyMatch(extension -> target.toString().endsWith("." + extension)))
            .findFirst();
    if (named.isEmpty() && (!hasExtension(target) || Files.isDirectory(target))) {
      return new HuggingFaceFolder();
    }
    return named.orElseThrow(() ->
        CheckpointException.of(
            target,
            "the name of an output ends in "
                + extensions()
                + "; without an extension it is a folder in Hugging Face layout"));
  }

  /// Whether a name ends in a dot and a word: `Qwen2.5-0.5B` does not.
  private static boolean hasExtension(Path target) {
    return EXTENSION.matcher(String.valueOf(target.getFileName())).find();
  }

  private static String extensions() {
    return FORMATS.stream()
        .filter(format -> !format.extensions().isEmpty())
        .map(format -> "." + format.extensions().getFirst())
        .collect(Collectors.joining(", "));
  }
}
