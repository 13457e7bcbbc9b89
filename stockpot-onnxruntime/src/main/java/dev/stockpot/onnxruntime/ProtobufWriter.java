package dev.stockpot.onnxruntime;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/// Writes a message in the protobuf wire format.
///
/// @see <a href="https://protobuf.dev/programming-guides/encoding/">the wire format</a>
final class ProtobufWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /// Appends a field as it was read.
  void raw(MemorySegment field) {
    out.writeBytes(field.toArray(ValueLayout.JAVA_BYTE));
  }

  /// Appends an integer.
  void integer(int number, long value) {
    varint((long) number << 3);
    varint(value);
  }

  /// Appends a text.
  void text(int number, String value) {
    bytes(number, value.getBytes(StandardCharsets.UTF_8));
  }

  /// Appends a message.
  void message(int number, ProtobufWriter value) {
    varint((long) number << 3 | 2);
    varint(value.out.size());
    out.writeBytes(value.toByteArray());
  }

  /// What was written.
  byte[] toByteArray() {
    return out.toByteArray();
  }

  private void bytes(int number, byte[] value) {
    varint((long) number << 3 | 2);
    varint(value.length);
    out.writeBytes(value);
  }

  private void varint(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) (rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.write((int) rest);
  }
}
