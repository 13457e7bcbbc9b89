package dev.stockpot.onnxruntime;

import dev.stockpot.eval.EvaluationException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/// Reads one message of the protobuf wire format, field by field, and trusts nothing in it.
///
/// Values are looked at only when asked for, so that large ones cost nothing. Groups, which ONNX
/// does not use, are refused.
///
/// @see <a href="https://protobuf.dev/programming-guides/encoding/">the wire format</a>
final class ProtobufReader {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int LENGTH = 2;
  private static final int FIXED32 = 5;
  private static final long MAX_NUMBER = (1 << 29) - 1;

  private final Path file;
  private final MemorySegment data;
  private final long limit;
  private long at;

  private long start;
  private int number;
  private int type;
  private long valueStart;

  /// A reader of a whole file.
  ///
  /// @param file for messages
  /// @param data the file's bytes
  ProtobufReader(Path file, MemorySegment data) {
    this(file, data, 0, data.byteSize());
  }

  private ProtobufReader(Path file, MemorySegment data, long from, long to) {
    this.file = file;
    this.data = data;
    this.at = from;
    this.start = from;
    this.limit = to;
  }

  /// Moves to the next field.
  ///
  /// @return whether there is one
  boolean next() {
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
  int number() {
    return number;
  }

  /// The field as it lies in the file, tag and value.
  MemorySegment raw() {
    return data.asSlice(start, at - start);
  }

  /// The field's value as an integer.
  long integer() {
    expect(VARINT, "an integer");
    return new ProtobufReader(file, data, valueStart, at).varint();
  }

  /// The integers of a repeated field, packed or one by one.
  void integers(LongConsumer consumer) {
    if (type == VARINT) {
      consumer.accept(integer());
      return;
    }
    for (ProtobufReader packed = message(); packed.at < packed.limit; ) {
      consumer.accept(packed.varint());
    }
  }

  /// The field's value as text.
  String text() {
    expect(LENGTH, "text");
    if (at - valueStart > Short.MAX_VALUE) {
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
  ProtobufReader message() {
    expect(LENGTH, "a message");
    return new ProtobufReader(file, data, valueStart, at);
  }

  /// What is wrong with the field, as an exception to be thrown.
  EvaluationException error(String what) {
    return error(start, what);
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

  private long varint() {
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

  private EvaluationException error(long offset, String what) {
    return new EvaluationException(
        file + ": not a valid ONNX file: " + what + ", at byte " + offset);
  }
}
