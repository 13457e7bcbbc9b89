package dev.stockpot.internal.pickle;

import dev.stockpot.internal.io.InputFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// The bytes of a pickle, read through a window; no length in it is believed before the bytes are
/// known to be there.
final class PickleInput {
  private static final int WINDOW_BYTES = 1 << 16;
  private static final int LONGEST_LINE = 1 << 16;

  private final InputFile file;
  private final long end;
  private final ByteBuffer window =
      ByteBuffer.allocate(WINDOW_BYTES).order(ByteOrder.LITTLE_ENDIAN).limit(0);
  private long windowEnd;

  /// @param begin first byte
  /// @param end byte after the last that may belong to the pickle
  PickleInput(InputFile file, long begin, long end) {
    this.file = file;
    this.end = end;
    this.windowEnd = begin;
  }

  /// The next byte's offset in the file.
  long position() {
    return windowEnd - window.remaining();
  }

  int u8() {
    need(1);
    return Byte.toUnsignedInt(window.get());
  }

  int u16() {
    need(2);
    return Short.toUnsignedInt(window.getShort());
  }

  int i32() {
    need(4);
    return window.getInt();
  }

  long u32() {
    return Integer.toUnsignedLong(i32());
  }

  long i64() {
    need(8);
    return window.getLong();
  }

  /// Text in UTF-8.
  ///
  /// @param length in bytes, as the pickle claims
  String text(long length) {
    long start = position();
    byte[] bytes = bytes(length);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new PickleException("a text is not valid UTF-8", start);
    }
  }

  /// A number of bytes.
  byte[] bytes(long length) {
    checkLength(length);
    byte[] bytes = new byte[(int) length];
    int buffered = Math.min(window.remaining(), bytes.length);
    window.get(bytes, 0, buffered);
    if (buffered < bytes.length) {
      file.read(windowEnd, ByteBuffer.wrap(bytes, buffered, bytes.length - buffered));
      windowEnd += bytes.length - buffered;
    }
    return bytes;
  }

  /// Passes over bytes.
  void skip(long length) {
    checkLength(length);
    long next = position() + length;
    int buffered = (int) Math.min(window.remaining(), length);
    window.position(window.position() + buffered);
    windowEnd = next + window.remaining();
  }

  /// A line without its end.
  String line() {
    StringBuilder line = new StringBuilder();
    for (int c = u8(); c != '\n'; c = u8()) {
      if (line.length() == LONGEST_LINE) {
        throw new PickleException("a line has more than " + LONGEST_LINE + " bytes", position());
      }
      line.append((char) c);
    }
    return line.toString();
  }

  private void checkLength(long length) {
    if (length < 0 || length > end - position()) {
      throw new PickleException(
          "something is said to be "
              + Long.toUnsignedString(length)
              + " bytes long, but only "
              + (end - position())
              + " bytes follow",
          position());
    }
  }

  private void need(int count) {
    if (window.remaining() >= count) {
      return;
    }
    if (end - position() < count) {
      throw new PickleException("the pickle ends in the middle", end);
    }
    window.compact();
    int fill = (int) Math.min(window.remaining(), end - windowEnd);
    window.limit(window.position() + fill);
    file.read(windowEnd, window);
    windowEnd += fill;
    window.flip();
  }
}
