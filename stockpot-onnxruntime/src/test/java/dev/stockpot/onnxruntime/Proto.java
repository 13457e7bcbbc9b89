package dev.stockpot.onnxruntime;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Builds protobuf messages for tests, good ones and bad ones.
final class Proto {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /// An integer field.
  Proto number(int field, long value) {
    return varint((long) field << 3).varint(value);
  }

  /// A text field.
  Proto text(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  /// A message field.
  Proto message(int field, Proto value) {
    return bytes(field, value.toByteArray());
  }

  /// A field of bytes.
  Proto bytes(int field, byte[] value) {
    return varint((long) field << 3 | 2).varint(value.length).raw(value);
  }

  /// Bytes as they are.
  Proto raw(byte... bytes) {
    out.writeBytes(bytes);
    return this;
  }

  /// A bare number.
  Proto varint(long value) {
    long rest = value;
    for (; (rest & ~0x7fL) != 0; rest >>>= 7) {
      out.write((int) ((rest & 0x7f) | 0x80));
    }
    out.write((int) rest);
    return this;
  }

  byte[] toByteArray() {
    return out.toByteArray();
  }
}
