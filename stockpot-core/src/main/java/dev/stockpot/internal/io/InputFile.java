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
/// Safe for use by several threads, as long as none of them is interrupted: that closes the file.
/// Files may be larger than 2 GiB.
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
    } catch (IOException e) {
      throw failed(e);
    }
    try {
      size = channel.size();
    } catch (IOException e) {
      close();
      throw failed(e);
    }
  }

  /// Size in bytes when the file was opened.
  public long size() {
    return size;
  }

  /// Fills the buffer from a position.
  ///
  /// @throws UncheckedIOException around an [EOFException], if the file ends before the buffer is
  ///   full
  public void read(long position, ByteBuffer target) {
    long at = position;
    try {
      while (target.hasRemaining()) {
        int count = channel.read(target, at);
        if (count < 0) {
          throw new EOFException("ends at byte " + channel.size() + " instead of " + size);
        }
        at += count;
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /// The whole file, read-only. To touch what has been cut off since is an [InternalError].
  ///
  /// @throws UncheckedIOException around an [EOFException], if the file has become shorter
  public synchronized MemorySegment map() {
    try {
      if (channel.size() < size) {
        throw new EOFException("ends at byte " + channel.size() + " instead of " + size);
      }
      if (mapped == null) {
        mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
      }
      return mapped;
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /// Closes the file and releases the mapping; a second time does nothing.
  @Override
  public synchronized void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
    try {
      channel.close();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private UncheckedIOException failed(IOException e) {
    return new UncheckedIOException(path + ": " + IoReason.of(e), e);
  }
}
