package dev.stockpot.internal.io;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A file open for reading: positional reads for data that streams, a mapping (made on first use)
/// for views.
///
/// Safe for use by several threads. Files may be larger than 2 GiB.
public final class InputFile implements AutoCloseable {
  private final Path path;
  private final FileChannel channel;
  private final long size;
  private final Arena arena = Arena.ofShared();
  private MemorySegment mapped;

  /// @throws UncheckedIOException if the file cannot be opened
  public InputFile(Path path) {
    this.path = path;
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ);
      size = channel.size();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Size in bytes when the file was opened.
  public long size() {
    return size;
  }

  /// Fills the buffer from a position.
  ///
  /// @throws UncheckedIOException if the file ends before the buffer is full
  public void read(long position, ByteBuffer target) {
    long at = position;
    try {
      while (target.hasRemaining()) {
        int count = channel.read(target, at);
        if (count < 0) {
          throw new EOFException(
              path + ": ends at byte " + at + ", earlier than when it was opened");
        }
        at += count;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The whole file, read-only.
  public synchronized MemorySegment map() {
    if (mapped == null) {
      try {
        mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return mapped;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    arena.close();
  }
}
