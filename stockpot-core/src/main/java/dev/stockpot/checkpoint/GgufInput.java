package dev.stockpot.checkpoint;

import dev.stockpot.internal.io.InputFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// The header of a GGUF file, read through a window; no length in it is believed before the bytes
/// are known to be there.
final class GgufInput {
  private static final int WINDOW_BYTES = 1 << 16;
  private static final int LONGEST_NAME = (1 << 16) - 1;

  private final Path path;
  private final InputFile file;
  private final long end;
  private final ByteBuffer window =
      ByteBuffer.allocate(WINDOW_BYTES).order(ByteOrder.LITTLE_ENDIAN).limit(0);
  private long windowEnd;

  /// @param mostBytes that a header may have
  GgufInput(Path path, InputFile file, long mostBytes) {
    this.path = path;
    this.file = file;
    this.end = Math.min(file.size(), mostBytes);
  }

  /// The next byte's offset in the file.
  long position() {
    return windowEnd - window.remaining();
  }

  /// How many bytes may follow.
  long left() {
    return end - position();
  }

  int u8() {
    return Byte.toUnsignedInt(need(1).get());
  }

  int u16() {
    return Short.toUnsignedInt(need(2).getShort());
  }

  int i32() {
    return need(4).getInt();
  }

  long i64() {
    return need(8).getLong();
  }

  /// A string's length, which is in front of it.
  long length() {
    long at = position();
    long length = i64();
    if (length < 0 || length > left()) {
      throw CheckpointException.at(
          path,
          at,
          "a string is said to be "
              + Long.toUnsignedString(length)
              + " bytes long, but only "
              + left()
              + " bytes of header can follow");
    }
    return length;
  }

  /// A key or a tensor's name.
  ///
  /// @param what it is
  String name(String what) {
    long at = position();
    long length = length();
    if (length > LONGEST_NAME) {
      throw CheckpointException.at(
          path, at, what + " has " + length + " bytes; at most " + LONGEST_NAME + " are allowed");
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes((int) length)))
          .toString();
    } catch (CharacterCodingException e) {
      throw CheckpointException.at(path, at, what + " is not valid UTF-8");
    }
  }

  /// A number of bytes that are known to be there.
  byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    for (int at = 0; at < length; ) {
      int count = Math.min(length - at, WINDOW_BYTES);
      need(count).get(bytes, at, count);
      at += count;
    }
    return bytes;
  }

  /// Passes over bytes.
  void skip(long length) {
    if (length > left()) {
      throw ended();
    }
    long next = position() + length;
    int buffered = (int) Math.min(window.remaining(), length);
    window.position(window.position() + buffered);
    windowEnd = next + window.remaining();
  }

  private ByteBuffer need(int count) {
    if (window.remaining() >= count) {
      return window;
    }
    if (left() < count) {
      throw ended();
    }
    window.compact();
    int fill = (int) Math.min(window.remaining(), end - windowEnd);
    window.limit(window.position() + fill);
    file.read(windowEnd, window);
    windowEnd += fill;
    return window.flip();
  }

  private CheckpointException ended() {
    return end < file.size()
        ? CheckpointException.at(path, end, "the header is longer than a header may be")
        : CheckpointException.at(
            path, end, "the file ends within its header; is the download complete?");
  }
}
