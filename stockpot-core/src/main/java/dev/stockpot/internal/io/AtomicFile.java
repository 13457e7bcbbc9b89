package dev.stockpot.internal.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/// A file that is written beside its target and renamed onto it, so that the target is never half
/// there. A process that is told to end (Ctrl-C, SIGTERM) deletes what it has not renamed.
public final class AtomicFile implements AutoCloseable {
  private static final Set<Path> PARTIALS = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(AtomicFile::deletePartials));
  }

  private final Path target;
  private final Path partial;
  private final FileChannel channel;
  private boolean committed;

  /// Starts a file; folders above it are made.
  ///
  /// @param target what [#commit] replaces
  public AtomicFile(Path target) {
    this.target = target;
    Path folder = target.toAbsolutePath().getParent();
    String name = "." + target.getFileName() + "." + suffix() + ".partial";
    this.partial = folder.resolve(name);
    PARTIALS.add(partial);
    try {
      Files.createDirectories(folder);
      channel =
          FileChannel.open(
              partial,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
    } catch (IOException e) {
      PARTIALS.remove(partial);
      throw new UncheckedIOException(e);
    }
  }

  /// Writes a whole text file.
  ///
  /// @param sync whether to wait until it is on disk
  public static void writeString(Path target, String text, boolean sync) {
    try (AtomicFile file = new AtomicFile(target)) {
      file.write(0, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
      file.commit(sync);
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
      throw new UncheckedIOException(target + ": " + e.getMessage(), e);
    }
  }

  /// Renames the file onto its target.
  ///
  /// @param sync whether to wait until data and name are on disk
  public void commit(boolean sync) {
    try {
      if (sync) {
        channel.force(true);
      }
      channel.close();
      move();
      committed = true;
      PARTIALS.remove(partial);
      if (sync) {
        syncFolder(partial.getParent());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(target + ": " + e.getMessage(), e);
    }
  }

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
      throw new UncheckedIOException(e);
    }
  }

  private static void deletePartials() {
    for (Path partial : PARTIALS) {
      try {
        Files.deleteIfExists(partial);
      } catch (IOException e) {
        // The process ends; there is nobody left to tell.
      }
    }
  }

  private void move() throws IOException {
    try {
      Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(partial, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static void syncFolder(Path folder) {
    try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
      directory.force(true);
    } catch (IOException e) {
      // Windows does not open folders; there the rename is as durable as the system makes it.
    }
  }

  private static String suffix() {
    return ProcessHandle.current().pid()
        + "-"
        + Integer.toHexString(ThreadLocalRandom.current().nextInt());
  }
}
