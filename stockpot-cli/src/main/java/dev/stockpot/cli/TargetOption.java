package dev.stockpot.cli;

import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.Checkpoints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/// `-o`, for a checkpoint.
final class TargetOption {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT",
      required = true,
      description = "Where the result goes; the extension decides the format (.safetensors).")
  private Path path;

  /// Where the result goes.
  Path path() {
    return path;
  }

  /// Finds what is wrong with it before any work is done.
  ///
  /// @param inputs that must not be written over
  /// @throws CheckpointException if nothing can be written there
  void check(List<Path> inputs) {
    Checkpoints.formatOf(path);
    if (Files.isDirectory(path)) {
      throw CheckpointException.of(path, "is a folder; name a file");
    }
    for (Path input : inputs) {
      if (isSameFile(input)) {
        throw CheckpointException.of(
            path, "is one of the inputs and would be overwritten; choose another name");
      }
    }
  }

  /// Whether the result would replace a file, by whatever links it is reached.
  private boolean isSameFile(Path input) {
    try {
      return Files.exists(path) && Files.isSameFile(path, input);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
