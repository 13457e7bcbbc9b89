package dev.stockpot.internal.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// A folder for what is needed only while a command runs; it goes with the command, also when that
/// is told to end (Ctrl-C, SIGTERM).
public final class WorkFolder implements AutoCloseable {
  private final Path path;
  private final Thread hook;

  private WorkFolder(Path path) {
    this.path = path;
    this.hook = new Thread(() -> delete(path));
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /// Makes one beside a file that is to be written, so that both are on one disk.
  public static WorkFolder beside(Path target) {
    Path parent = target.toAbsolutePath().getParent();
    try {
      Files.createDirectories(parent);
      return new WorkFolder(Files.createTempDirectory(parent, ".stockpot-"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Where it is.
  public Path path() {
    return path;
  }

  /// Deletes the folder and all that is in it.
  @Override
  public void close() {
    delete(path);
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending already.
    }
  }

  /// Deletes a folder, if it is there, and all that is in it.
  public static void delete(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> walk = Files.walk(folder)) {
      List<Path> deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
      for (Path each : deepestFirst) {
        Files.deleteIfExists(each);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
