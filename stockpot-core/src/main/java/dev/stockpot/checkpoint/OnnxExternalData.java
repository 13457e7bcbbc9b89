package dev.stockpot.checkpoint;

import dev.stockpot.internal.text.Excerpt;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;

/// Finds data that an ONNX file keeps in another one beside it.
///
/// @see <a href="https://github.com/onnx/onnx/blob/main/docs/ExternalData.md">external data</a>
final class OnnxExternalData {
  /// What is read of where data is.
  static final Set<String> KEYS = Set.of("location", "offset", "length");

  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

  private OnnxExternalData() {}

  /// The file, which is in the model's folder or below.
  ///
  /// @param model the ONNX file
  /// @param name of the initializer
  /// @throws CheckpointException if there is none
  static Path file(Path model, String name, OnnxData.External data) {
    String location = data.location();
    if (location.isEmpty()) {
      throw CheckpointException.of(
          model, name, "its data is said to be in another file, but not in which");
    }
    Path folder = model.toAbsolutePath().getParent().normalize();
    Path file;
    try {
      file = folder.resolve(location).normalize();
    } catch (InvalidPathException e) {
      throw CheckpointException.of(model, name, "its data file has an impossible name");
    }
    String shown = "its data is in '" + Excerpt.of(location) + "', ";
    if (!file.startsWith(folder)) {
      throw CheckpointException.of(
          model, name, shown + "outside the graph's folder, and is not read");
    }
    if (!Files.isRegularFile(file)) {
      throw CheckpointException.of(
          model, name, shown + "which is not beside the graph; put it there");
    }
    return file;
  }

  /// Where in its file the data begins; checked to lie in it.
  ///
  /// @param fileBytes size of the data file
  /// @throws CheckpointException if it is not as long as the tensor, or leaves the file
  static long begin(Path model, TensorSpec spec, OnnxData.External data, long fileBytes) {
    String shown = "its data in '" + Excerpt.of(data.location()) + "' ";
    long offset = number(model, spec, data, "offset", 0);
    long length = number(model, spec, data, "length", spec.bytes());
    if (length != spec.bytes()) {
      throw CheckpointException.of(
          model,
          spec.name(),
          shown + "is said to take " + length + " bytes, but " + Onnx.size(spec));
    }
    if (offset > fileBytes - length) {
      throw CheckpointException.of(
          model,
          spec.name(),
          shown
              + "is said to be at bytes "
              + offset
              + " + "
              + length
              + ", but the file has "
              + fileBytes
              + "; is it complete?");
    }
    return offset;
  }

  private static long number(
      Path model, TensorSpec spec, OnnxData.External data, String key, long absent) {
    String text = data.entries().getOrDefault(key, "");
    if (text.isEmpty()) {
      return absent;
    }
    if (!NUMBER.matcher(text).matches()) {
      throw CheckpointException.of(
          model,
          spec.name(),
          "the " + key + " of its data is '" + Excerpt.of(text) + "' instead of a number");
    }
    return Long.parseLong(text);
  }
}
