package dev.stockpot.checkpoint;

import java.util.List;
import java.util.Optional;

/// Types of a GGUF file's values, in the order of their codes.
enum GgufValueType {
  UINT8(1),
  INT8(1),
  UINT16(2),
  INT16(2),
  UINT32(4),
  INT32(4),
  FLOAT32(4),
  BOOL(1),
  STRING(8),
  ARRAY(12),
  UINT64(8),
  INT64(8),
  FLOAT64(8);

  private static final List<GgufValueType> BY_CODE = List.of(values());

  private final int bytes;

  GgufValueType(int bytes) {
    this.bytes = bytes;
  }

  /// The type of a code, if there is one.
  static Optional<GgufValueType> of(int code) {
    return code < 0 || code >= BY_CODE.size() ? Optional.empty() : Optional.of(BY_CODE.get(code));
  }

  /// Size of one value in bytes; of a string and an array the least.
  int bytes() {
    return bytes;
  }

  /// Reads one value that is a number or a boolean.
  ///
  /// @throws IllegalArgumentException for other types
  String number(GgufInput in) {
    return switch (this) {
      case UINT8 -> Integer.toString(in.u8());
      case INT8 -> Byte.toString((byte) in.u8());
      case UINT16 -> Integer.toString(in.u16());
      case INT16 -> Short.toString((short) in.u16());
      case UINT32 -> Integer.toUnsignedString(in.i32());
      case INT32 -> Integer.toString(in.i32());
      case FLOAT32 -> Float.toString(Float.intBitsToFloat(in.i32()));
      case BOOL -> Boolean.toString(in.u8() != 0);
      case UINT64 -> Long.toUnsignedString(in.i64());
      case INT64 -> Long.toString(in.i64());
      case FLOAT64 -> Double.toString(Double.longBitsToDouble(in.i64()));
      case STRING, ARRAY -> throw new IllegalArgumentException(name());
    };
  }
}
