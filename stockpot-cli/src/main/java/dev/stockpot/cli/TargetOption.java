package dev.stockpot.cli;

import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.Checkpoints;
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
    Path absolute = path.toAbsolutePath().normalize();
    for (Path input : inputs) {
      if (input.toAbsolutePath().normalize().equals(absolute)) {
        throw CheckpointException.of(
            path, "is one of the inputs and would be overwritten; choose another name");
      }
    }
  }
}
