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
  private final Runnable end;

  private WorkFolder(Path path) {
    this.path = path;
    this.end = () -> deleteForSure(path);
    Ending.add(end);
  }

  /// Makes one beside a file that is to be written, so that both are on one disk.
  public static WorkFolder beside(Path target) {
    Path parent = target.toAbsolutePath().getParent();
    Ending.beginning().lock();
    try {
      Files.createDirectories(parent);
      return new WorkFolder(Files.createTempDirectory(parent, ".stockpot-"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      Ending.beginning().unlock();
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
    Ending.remove(end);
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

  /// Nothing is added to the folder any more, but other threads may still delete what is theirs.
  static void deleteForSure(Path folder) {
    for (int attempt = 0; attempt < 100; attempt++) {
      try {
        delete(folder);
        return;
      } catch (UncheckedIOException e) {
        // Something was gone before it was its turn.
      }
    }
  }
}
