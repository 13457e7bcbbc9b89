package dev.stockpot.eval;

import dev.stockpot.internal.io.InputFile;
import dev.stockpot.internal.io.IoReason;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A temporary file that is written once, then read by position: data that is unpacked or converted
/// once takes no memory that way. It goes with the process.
final class Spool implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;

  private final Path path;
  private final OutputStream out;
  private long bytes;

  Spool() {
    try {
      path = Files.createTempFile("stockpot-", ".spool");
      out = new BufferedOutputStream(Files.newOutputStream(path), BUFFER_BYTES);
    } catch (IOException e) {
      throw new UncheckedIOException("temporary file: " + IoReason.of(e), e);
    }
  }

  /// Refuses what the disk has no room for, before it is full.
  ///
  /// @param what names what needs the bytes
  /// @throws EvaluationException if so many bytes are not free
  static void checkRoom(String what, long bytes) {
    Path folder = Path.of(System.getProperty("java.io.tmpdir"));
    long free = folder.toFile().getUsableSpace();
    if (bytes > free) {
      throw new EvaluationException(
          "%s: takes %d bytes in %s while it is used, which has %d; make room, or set %s"
              .formatted(
                  what, bytes, folder, free, "STOCKPOT_JAVA_OPTS=-Djava.io.tmpdir=<folder>"));
    }
  }

  /// Bytes written so far.
  long bytes() {
    return bytes;
  }

  void write(byte[] data, int offset, int count) {
    try {
      out.write(data, offset, count);
    } catch (IOException e) {
      throw failed(e);
    }
    bytes += count;
  }

  /// Ends writing.
  ///
  /// @return the file, without a name in the file system where that is possible
  InputFile read() {
    try {
      out.close();
    } catch (IOException e) {
      throw failed(e);
    }
    InputFile file = new InputFile(path);
    delete();
    return file;
  }

  /// Gives the file up, unless it has been read.
  @Override
  public void close() {
    try {
      out.close();
    } catch (IOException e) {
      throw failed(e);
    } finally {
      delete();
    }
  }

  private void delete() {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // Windows does not delete what is open.
      path.toFile().deleteOnExit();
    }
  }

  private UncheckedIOException failed(IOException e) {
    return new UncheckedIOException(path + ": " + IoReason.of(e), e);
  }
}
