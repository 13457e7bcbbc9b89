package dev.stockpot.checkpoint;

import dev.stockpot.internal.io.InputFile;
import dev.stockpot.internal.io.IoReason;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;

/// How formats that are one file open it.
final class Opening {
  private Opening() {}

  /// Opens a file and reads its header; the file is closed again if that fails.
  ///
  /// @param format in words, such as `PyTorch`
  /// @throws CheckpointException if there is no such file, or it cannot be opened
  static Checkpoint file(Path path, String format, Function<InputFile, Checkpoint> read) {
    if (Files.isDirectory(path)) {
      throw CheckpointException.of(path, "is a folder instead of a " + format + " file");
    }
    InputFile file;
    try {
      file = new InputFile(path);
    } catch (UncheckedIOException e) {
      throw CheckpointException.of(path, "cannot be opened: " + IoReason.of(e.getCause()));
    }
    try {
      return read.apply(file);
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }
}
