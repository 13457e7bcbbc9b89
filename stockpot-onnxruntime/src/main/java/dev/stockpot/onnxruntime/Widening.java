package dev.stockpot.onnxruntime;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.stockpot.checkpoint.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Copies floats into a wider type that holds every one of them exactly.
final class Widening {
  private static final ValueLayout.OfShort SHORT =
      JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Widening() {}

  /// Whether every value of one float type is one of the other, too.
  static boolean isExact(DType from, DType to) {
    return from.isFloat() && to.isFloat() && DType.widest(from, to) == to;
  }

  /// Converts elements.
  ///
  /// @param source little-endian, as checkpoints hold them
  /// @param target as many elements, in native order
  /// @throws IllegalArgumentException unless [#isExact]
  static void copy(MemorySegment source, DType from, MemorySegment target, DType to) {
    if (!isExact(from, to)) {
      throw new IllegalArgumentException(from + " does not fit into " + to);
    }
    long elements = source.byteSize() / from.bytes();
    for (long i = 0; i < elements; i++) {
      write(target, to, i, read(source, from, i));
    }
  }

  private static float read(MemorySegment source, DType from, long i) {
    return switch (from) {
      case F32 -> source.getAtIndex(FLOAT, i);
      case F16 -> Float.float16ToFloat(source.getAtIndex(SHORT, i));
      case BF16 -> Float.intBitsToFloat(source.getAtIndex(SHORT, i) << 16);
      case F8_E5M2 -> Float.float16ToFloat((short) (source.get(JAVA_BYTE, i) << 8));
      case F8_E4M3 -> e4m3(source.get(JAVA_BYTE, i));
      case F64,
          I64,
          I32,
          I16,
          I8,
          U64,
          U32,
          U16,
          U8,
          BOOL,
          C64,
          F8_E5M2FNUZ,
          F8_E4M3FNUZ,
          F8_E8M0,
          F6_E2M3,
          F6_E3M2,
          F4 ->
          throw new IllegalArgumentException(from + " is not widened");
    };
  }

  private static void write(MemorySegment target, DType to, long i, float value) {
    switch (to) {
      case F64 -> target.setAtIndex(JAVA_DOUBLE_UNALIGNED, i, value);
      case F32 -> target.setAtIndex(JAVA_FLOAT_UNALIGNED, i, value);
      case F16 -> target.setAtIndex(JAVA_SHORT_UNALIGNED, i, Float.floatToFloat16(value));
      case BF16 ->
          target.setAtIndex(
              JAVA_SHORT_UNALIGNED, i, (short) (Float.floatToRawIntBits(value) >>> 16));
      case F8_E5M2,
          F8_E4M3,
          I64,
          I32,
          I16,
          I8,
          U64,
          U32,
          U16,
          U8,
          BOOL,
          C64,
          F8_E5M2FNUZ,
          F8_E4M3FNUZ,
          F8_E8M0,
          F6_E2M3,
          F6_E3M2,
          F4 ->
          throw new IllegalArgumentException("nothing is widened to " + to);
    }
  }

  /// 1 sign, 4 exponent (bias 7) and 3 mantissa bits; no infinities, NaN where all are set.
  private static float e4m3(byte bits) {
    int exponent = bits >> 3 & 15;
    int mantissa = bits & 7;
    float magnitude;
    if (exponent == 15 && mantissa == 7) {
      magnitude = Float.NaN;
    } else if (exponent == 0) {
      magnitude = Math.scalb((float) mantissa, -9);
    } else {
      magnitude = Math.scalb((float) (8 + mantissa), exponent - 10);
    }
    return bits < 0 ? -magnitude : magnitude;
  }
}
