package dev.stockpot.internal.protobuf;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Writes a message in the protobuf wire format.
///
/// @see <a href="https://protobuf.dev/programming-guides/encoding/">the wire format</a>
public final class ProtobufWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /// Starts a message.
  public ProtobufWriter() {}

  /// Appends an integer.
  public void integer(int number, long value) {
    varint((long) number << 3);
    varint(value);
  }

  /// Appends a text.
  public void text(int number, String value) {
    bytes(number, value.getBytes(StandardCharsets.UTF_8));
  }

  /// Appends a message.
  public void message(int number, ProtobufWriter value) {
    bytes(number, value.toByteArray());
  }

  /// Appends what stands before the bytes of a field; they follow from elsewhere.
  public void header(int number, long bytes) {
    varint((long) number << 3 | 2);
    varint(bytes);
  }

  /// What was written.
  public byte[] toByteArray() {
    return out.toByteArray();
  }

  private void bytes(int number, byte[] value) {
    header(number, value.length);
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
