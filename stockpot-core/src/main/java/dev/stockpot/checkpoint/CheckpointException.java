package dev.stockpot.checkpoint;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/// A checkpoint that cannot be used: what is wrong, in which file, tensor and byte.
///
/// The message reads `file: tensor 'name': what, at byte offset`, as far as each is known.
public final class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final transient Optional<String> tensor;
  private final transient OptionalLong offset;

  private CheckpointException(
      String file, Optional<String> tensor, OptionalLong offset, String what) {
    super(
        file
            + ": "
            + tensor.map(name -> "tensor '" + name + "': ").orElse("")
            + what
            + (offset.isPresent() ? ", at byte " + offset.getAsLong() : ""));
    this.file = file;
    this.tensor = tensor;
    this.offset = offset;
  }

  /// About a file as a whole.
  public static CheckpointException of(Path file, String what) {
    return new CheckpointException(
        file.toString(), Optional.empty(), OptionalLong.empty(), what);
  }

  /// About a place in a file.
  public static CheckpointException at(Path file, long offset, String what) {
    return new CheckpointException(
        file.toString(), Optional.empty(), OptionalLong.of(offset), what);
  }

  /// About a tensor.
  public static CheckpointException of(Path file, String tensor, String what) {
    return new CheckpointException(
        file.toString(), Optional.of(tensor), OptionalLong.empty(), what);
  }

  /// About a tensor whose fault is at a known byte of the file.
  public static CheckpointException at(Path file, String tensor, long offset, String what) {
    return new CheckpointException(
        file.toString(), Optional.of(tensor), OptionalLong.of(offset), what);
  }

  /// The file as the user named it.
  public String file() {
    return file;
  }

  /// The tensor, if it is about one.
  public Optional<String> tensor() {
    return tensor;
  }

  /// Byte offset in the file, if known.
  public OptionalLong offset() {
    return offset;
  }
}
