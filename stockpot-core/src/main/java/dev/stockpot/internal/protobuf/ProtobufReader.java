package dev.stockpot.internal.protobuf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.LongConsumer;

/// Reads one message of the protobuf wire format, field by field, and trusts nothing in it.
///
/// Values are looked at only when asked for, so that large ones cost nothing. Groups, which ONNX
/// does not use, are refused.
///
/// @see <a href="https://protobuf.dev/programming-guides/encoding/">the wire format</a>
public final class ProtobufReader {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int LENGTH = 2;
  private static final int FIXED32 = 5;

  /// Most bytes of a text; those in ONNX files that are read are names.
  public static final int MAX_TEXT = Short.MAX_VALUE;

  private static final long MAX_NUMBER = (1 << 29) - 1;

  private final MemorySegment data;
  private final long limit;
  private long at;

  private long start;
  private int number;
  private int type;
  private long valueStart;

  /// A reader of a whole file.
  ///
  /// @param data the file's bytes
  public ProtobufReader(MemorySegment data) {
    this(data, 0, data.byteSize());
  }

  /// A reader of a message, or of packed numbers, in a file.
  ///
  /// @param data the file's bytes
  /// @param from the first byte
  /// @param to the byte after the last
  public ProtobufReader(MemorySegment data, long from, long to) {
    this.data = data;
    this.at = from;
    this.start = from;
    this.limit = to;
  }

  /// Moves to the next field.
  ///
  /// @return whether there is one
  public boolean next() {
    if (at == limit) {
      return false;
    }
    start = at;
    long tag = varint();
    if (tag >>> 3 == 0 || tag >>> 3 > MAX_NUMBER) {
      throw error(start, "field number " + (tag >>> 3) + " is not a protobuf field");
    }
    number = (int) (tag >>> 3);
    type = (int) tag & 7;
    valueStart = at;
    switch (type) {
      case VARINT -> varint();
      case FIXED64 -> skip(8);
      case FIXED32 -> skip(4);
      case LENGTH -> {
        long length = varint();
        valueStart = at;
        skip(length);
      }
      default -> throw error(start, "field " + number + " has the unknown wire type " + type);
    }
    return true;
  }

  /// Number of the field.
  public int number() {
    return number;
  }

  /// Offset of the field, tag and value, in the file.
  public long start() {
    return start;
  }

  /// Bytes that the field takes, tag and value.
  public long bytes() {
    return at - start;
  }

  /// Offset of the value in the file.
  public long valueStart() {
    return valueStart;
  }

  /// Bytes that the value takes.
  public long valueBytes() {
    return at - valueStart;
  }

  /// Whether the value is a row of bytes: bytes, a text, a message or packed numbers.
  public boolean isBytes() {
    return type == LENGTH;
  }

  /// The field's value as an integer.
  public long integer() {
    expect(VARINT, "an integer");
    return new ProtobufReader(data, valueStart, at).varint();
  }

  /// The integers of a repeated field, packed or one by one.
  public void integers(LongConsumer consumer) {
    if (type == VARINT) {
      consumer.accept(integer());
      return;
    }
    for (ProtobufReader packed = message(); packed.hasMore(); ) {
      consumer.accept(packed.varint());
    }
  }

  /// The field's value as text.
  public String text() {
    expect(LENGTH, "text");
    if (at - valueStart > MAX_TEXT) {
      throw error(start, "field " + number + " holds a text of " + (at - valueStart) + " bytes");
    }
    byte[] bytes = data.asSlice(valueStart, at - valueStart).toArray(ValueLayout.JAVA_BYTE);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw error(start, "field " + number + " is not valid UTF-8");
    }
  }

  /// The field's value as a message.
  public ProtobufReader message() {
    expect(LENGTH, "a message");
    return new ProtobufReader(data, valueStart, at);
  }

  /// Whether packed numbers go on.
  public boolean hasMore() {
    return at < limit;
  }

  /// Offset in the file of what is read next.
  public long position() {
    return at;
  }

  /// The next number of packed ones.
  public long varint() {
    long begin = at;
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at == limit) {
        throw error(begin, "the message ends inside a number");
      }
      byte b = data.get(ValueLayout.JAVA_BYTE, at++);
      if (shift == 63 && b > 1) {
        break;
      }
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw error(begin, "a number takes more than 64 bits");
  }

  /// What is wrong with the field, as an exception to be thrown.
  public ProtobufException error(String what) {
    return new ProtobufException(what, start);
  }

  private void expect(int wanted, String kind) {
    if (type != wanted) {
      throw error(start, "field " + number + " has wire type " + type + " and is not " + kind);
    }
  }

  private void skip(long bytes) {
    if (bytes < 0 || bytes > limit - at) {
      throw error(
          start,
          "field "
              + number
              + " is said to take "
              + Long.toUnsignedString(bytes)
              + " bytes, but only "
              + (limit - at)
              + " are left");
    }
    at += bytes;
  }

  private ProtobufException error(long offset, String what) {
    return new ProtobufException(what, offset);
  }
}
