package dev.stockpot.internal.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/// A file that is written beside its target and renamed onto it, so that the target is never half
/// there. Of several files with one target the last that is committed stays. A process that is told
/// to end (Ctrl-C, SIGTERM) deletes what it has not renamed.
public final class AtomicFile implements AutoCloseable {
  private static final String EXTENSION = ".partial";
  private static final Set<Path> PARTIALS = ConcurrentHashMap.newKeySet();

  static {
    Ending.add(AtomicFile::deletePartials);
  }

  private final Path target;
  private final Path partial;
  private final FileChannel channel;
  private final Optional<WriteBack> writeBack;
  private boolean committed;

  /// Starts a file; folders above it are made.
  ///
  /// @param target what [#commit] replaces
  /// @param sync whether commit waits until data and name are on disk
  /// @throws UncheckedIOException if there can be no such file
  public AtomicFile(Path target, boolean sync) {
    this.target = target;
    Ending.beginning().lock();
    try {
      if (Files.isDirectory(target)) {
        throw new FileSystemException(target.toString(), null, "it is a folder");
      }
      partial = partial(target);
      makeFolders(partial.getParent());
      PARTIALS.add(partial);
      channel = FileChannel.open(partial, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      writeBack = sync ? Optional.of(new WriteBack(channel::force)) : Optional.empty();
    } catch (IOException e) {
      throw failed(e);
    } finally {
      Ending.beginning().unlock();
    }
  }

  /// Writes a whole text file.
  ///
  /// @param sync whether to wait until it is on disk
  public static void writeString(Path target, String text, boolean sync) {
    write(target, text.getBytes(StandardCharsets.UTF_8), sync);
  }

  /// Writes a whole file.
  ///
  /// @param sync whether to wait until it is on disk
  public static void write(Path target, byte[] content, boolean sync) {
    try (AtomicFile file = new AtomicFile(target, sync)) {
      file.write(0, ByteBuffer.wrap(content));
      file.commit();
    }
  }

  /// Deletes what processes that were killed left half-written in a folder, if that is there.
  public static void deletePartials(Path folder) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (DirectoryStream<Path> partials = Files.newDirectoryStream(folder, ".*" + EXTENSION)) {
      for (Path partial : partials) {
        WorkFolder.delete(partial);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Writes all remaining bytes at a position; several threads may do so at once.
  public void write(long position, ByteBuffer source) {
    long at = position;
    try {
      while (source.hasRemaining()) {
        at += channel.write(source, at);
      }
    } catch (IOException e) {
      throw failed(e);
    }
    long bytes = at - position;
    writeBack.ifPresent(disk -> disk.written(bytes));
  }

  /// Renames the file onto its target.
  ///
  /// @throws IllegalStateException if it has been committed or closed
  public void commit() {
    if (!channel.isOpen()) {
      throw new IllegalStateException(target + " has been committed or closed already");
    }
    try {
      if (writeBack.isPresent()) {
        writeBack.get().complete();
      }
      channel.close();
    } catch (IOException e) {
      throw failed(e);
    }
    Ending.beginning().lock();
    try {
      Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
      committed = true;
      PARTIALS.remove(partial);
    } catch (IOException e) {
      throw failed(e);
    } finally {
      Ending.beginning().unlock();
    }
    if (writeBack.isPresent()) {
      syncFolder(partial.getParent());
    }
  }

  /// Deletes the file, unless it was committed.
  @Override
  public void close() {
    if (committed) {
      return;
    }
    try {
      channel.close();
      Files.deleteIfExists(partial);
      PARTIALS.remove(partial);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private static void deletePartials() {
    for (Path partial : PARTIALS) {
      try {
        Files.deleteIfExists(partial);
      } catch (IOException e) {
        // The process ends: nobody is left to tell.
      }
    }
  }

  /// Makes a folder and those above it, or says which is in the way.
  static void makeFolders(Path folder) throws IOException {
    // Asked first: createDirectories does not say which of the folders it could not make, or why.
    for (Path above = folder; above != null; above = above.getParent()) {
      if (Files.isDirectory(above)) {
        break;
      }
      if (Files.exists(above)) {
        throw new FileSystemException(folder.toString(), null, above + " is not a folder");
      }
    }
    Files.createDirectories(folder);
  }

  /// Waits until the names in a folder are on disk.
  static void syncFolder(Path folder) {
    try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
      directory.force(true);
    } catch (IOException e) {
      // Windows does not open folders; there the rename is as durable as the system makes it.
    }
  }

  /// A name beside a target that no other writer uses.
  static Path partial(Path target) {
    String suffix =
        ProcessHandle.current().pid()
            + "-"
            + Integer.toHexString(ThreadLocalRandom.current().nextInt());
    Path folder = target.toAbsolutePath().getParent();
    return folder.resolve("." + target.getFileName() + "." + suffix + EXTENSION);
  }

  private UncheckedIOException failed(IOException e) {
    return new UncheckedIOException(target + ": cannot be written: " + IoReason.of(e), e);
  }
}
