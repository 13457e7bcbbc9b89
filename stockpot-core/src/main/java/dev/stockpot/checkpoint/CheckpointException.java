package dev.stockpot.checkpoint;

import java.nio.file.Path;
import java.util.List;
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
      String file, Optional<String> tensor, OptionalLong offset, String message) {
    super(message);
    this.file = file;
    this.tensor = tensor;
    this.offset = offset;
  }

  /// About a file as a whole.
  public static CheckpointException of(Path file, String what) {
    return located(file, Optional.empty(), OptionalLong.empty(), what);
  }

  /// About a place in a file.
  public static CheckpointException at(Path file, long offset, String what) {
    return located(file, Optional.empty(), OptionalLong.of(offset), what);
  }

  /// About a tensor.
  public static CheckpointException of(Path file, String tensor, String what) {
    return located(file, Optional.of(tensor), OptionalLong.empty(), what);
  }

  /// About a tensor whose fault is at a known byte of the file.
  public static CheckpointException at(Path file, String tensor, long offset, String what) {
    return located(file, Optional.of(tensor), OptionalLong.of(offset), what);
  }

  /// Several faults at once: the only one itself, or a heading and a line for each.
  ///
  /// @param heading such as `the ingredients do not fit together`
  /// @param faults at least one
  public static CheckpointException all(String heading, List<CheckpointException> faults) {
    if (faults.size() == 1) {
      return faults.getFirst();
    }
    StringBuilder message = new StringBuilder(heading + ", " + faults.size() + " faults:");
    faults.forEach(fault -> message.append("\n  ").append(fault.getMessage()));
    CheckpointException first = faults.getFirst();
    return new CheckpointException(first.file, first.tensor, first.offset, message.toString());
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

  private static CheckpointException located(
      Path file, Optional<String> tensor, OptionalLong offset, String what) {
    String message =
        file
            + ": "
            + tensor.map(name -> "tensor '" + name + "': ").orElse("")
            + what
            + (offset.isPresent() ? ", at byte " + offset.getAsLong() : "");
    return new CheckpointException(file.toString(), tensor, offset, message);
  }
}
