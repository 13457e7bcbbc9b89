package dev.stockpot.checkpoint;

import dev.stockpot.internal.text.Excerpt;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// A checkpoint that cannot be used: what is wrong, in which file, tensor and byte.
///
/// The message reads `file: tensor 'name': what, at byte offset`, as far as each is known.
public final class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  // As far as each is known: null and -1 else, since Optional cannot be serialized.
  private final String file;
  private final String tensor;
  private final long offset;

  private CheckpointException(String file, String tensor, long offset, String message) {
    super(message);
    this.file = file;
    this.tensor = tensor;
    this.offset = offset;
  }

  /// About a file as a whole.
  public static CheckpointException of(Path file, String what) {
    return located(file, null, -1, what);
  }

  /// About a place in a file.
  public static CheckpointException at(Path file, long offset, String what) {
    return located(file, null, offset, what);
  }

  /// About a tensor.
  public static CheckpointException of(Path file, String tensor, String what) {
    return located(file, tensor, -1, what);
  }

  /// About a tensor whose fault is at a known byte of the file.
  public static CheckpointException at(Path file, String tensor, long offset, String what) {
    return located(file, tensor, offset, what);
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
    return Optional.ofNullable(tensor);
  }

  /// Byte offset in the file, if known.
  public OptionalLong offset() {
    return offset < 0 ? OptionalLong.empty() : OptionalLong.of(offset);
  }

  private static CheckpointException located(Path file, String tensor, long offset, String what) {
    String message =
        file
            + ": "
            + (tensor == null ? "" : "tensor '" + Excerpt.of(tensor) + "': ")
            + what
            + (offset < 0 ? "" : ", at byte " + offset);
    return new CheckpointException(file.toString(), tensor, offset, message);
  }
}
