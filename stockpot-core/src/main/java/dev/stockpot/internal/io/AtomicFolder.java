package dev.stockpot.internal.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/// A folder that is filled beside its target and renamed as a whole, so that the target is never
/// half there. A process that is told to end (Ctrl-C, SIGTERM) deletes what it has not renamed.
public final class AtomicFolder implements AutoCloseable {
  private final Path target;
  private final Path real;
  private final Path partial;
  private final Runnable end;
  private boolean committed;

  /// Starts a folder; folders above it are made.
  ///
  /// @param target is not there, or an empty folder
  /// @throws UncheckedIOException if there can be no such folder
  public AtomicFolder(Path target) {
    this.target = target;
    Ending.beginning().lock();
    try {
      checkFree(target);
      real = Files.exists(target) ? target.toRealPath() : target.toAbsolutePath().normalize();
      Path folder = AtomicFile.partial(real);
      partial = folder;
      AtomicFile.makeFolders(folder.getParent());
      Files.createDirectory(folder);
      end = () -> WorkFolder.deleteForSure(folder);
      Ending.add(end);
    } catch (IOException e) {
      throw failed(e);
    } finally {
      Ending.beginning().unlock();
    }
  }

  /// Finds out whether a folder could be started under this name.
  ///
  /// @throws FileSystemException if there is something in the way
  public static void checkFree(Path target) throws IOException {
    if (!Files.exists(target)) {
      return;
    }
    if (!Files.isDirectory(target)) {
      throw new FileSystemException(target.toString(), null, "it is a file; name a new folder");
    }
    if (Files.isSameFile(target, Path.of(""))) {
      throw new FileSystemException(
          target.toString(), null, "it is the working folder; name a new folder in it");
    }
    try (Stream<Path> files = Files.list(target)) {
      if (files.findAny().isPresent()) {
        throw new FileSystemException(
            target.toString(), null, "it is not empty; name a new folder, or delete it");
      }
    }
  }

  /// Deletes what processes that were killed left beside a target.
  public static void deleteAbandoned(Path target) {
    Path absolute = target.toAbsolutePath().normalize();
    Path beside = absolute.getParent();
    if (beside == null || !Files.isDirectory(beside)) {
      return;
    }
    String start = "." + absolute.getFileName() + ".";
    List<Path> abandoned;
    try (Stream<Path> files = Files.list(beside)) {
      abandoned =
          files
              .filter(file -> {
                String name = file.getFileName().toString();
                return name.startsWith(start)
                    && name.substring(start.length()).matches("[0-9]{1,18}-[0-9a-f]+\\.partial")
                    && !isAlive(name.substring(start.length()).split("-", -1)[0]);
              })
              .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    abandoned.forEach(WorkFolder::delete);
  }

  private static boolean isAlive(String process) {
    return ProcessHandle.of(Long.parseLong(process)).isPresent();
  }

  /// The folder to be filled.
  public Path path() {
    return partial;
  }

  /// Renames the folder onto its target.
  ///
  /// @param sync whether to wait until the name is on disk; the files in it are their writers' care
  public void commit(boolean sync) {
    Ending.beginning().lock();
    try {
      Files.move(partial, real, StandardCopyOption.ATOMIC_MOVE);
      committed = true;
    } catch (IOException e) {
      throw failed(e);
    } finally {
      Ending.beginning().unlock();
    }
    Ending.remove(end);
    if (sync) {
      AtomicFile.syncFolder(real.getParent());
    }
  }

  /// Deletes the folder, unless it was committed.
  @Override
  public void close() {
    if (!committed) {
      WorkFolder.delete(partial);
      Ending.remove(end);
    }
  }

  private UncheckedIOException failed(IOException e) {
    return new UncheckedIOException(target + ": cannot be written: " + IoReason.of(e), e);
  }
}
