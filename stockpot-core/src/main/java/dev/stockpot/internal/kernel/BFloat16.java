package dev.stockpot.internal.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// bfloat16, the upper half of an IEEE float32: exact widening, and rounding to nearest even.
///
/// Two elements travel in one int and two floats in one long, because the compiler turns int and
/// long loops into vector code and short loops not. Little-endian machines only, as the JDK's ports
/// to x86-64 and AArch64 are.
final class BFloat16 {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final int[] packed;
  private final long[] wide;
  private final MemorySegment wideBytes;

  /// @param capacity most elements that are converted at once
  BFloat16(int capacity) {
    packed = new int[capacity / 2];
    wide = new long[capacity / 2];
    wideBytes = MemorySegment.ofArray(wide);
  }

  /// The value of one element.
  static float widen(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /// The nearest bfloat16, ties to even; NaN becomes the positive quiet NaN.
  static short narrow(float value) {
    if (Float.isNaN(value)) {
      return 0x7FC0;
    }
    int bits = Float.floatToRawIntBits(value);
    return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
  }

  /// Widens `n` elements that begin at a byte offset.
  void widen(MemorySegment source, long offset, int n, float[] target) {
    int pairs = n / 2;
    MemorySegment.copy(source, INT, offset, packed, 0, pairs);
    for (int i = 0; i < pairs; i++) {
      long pair = packed[i];
      wide[i] = ((pair & 0xFFFF) << 16) | (pair >>> 16 << 48);
    }
    MemorySegment.copy(wideBytes, 0, MemorySegment.ofArray(target), 0, 8L * pairs);
    if (n % 2 == 1) {
      target[n - 1] = widen(source.get(SHORT, offset + 2L * (n - 1)));
    }
  }

  /// Rounds `n` values to elements that begin at a byte offset.
  ///
  /// @return whether every element is finite; where one is not, NaNs may have become anything
  boolean narrow(float[] source, int n, MemorySegment target, long offset) {
    int pairs = n / 2;
    MemorySegment.copy(MemorySegment.ofArray(source), 0, wideBytes, 0, 8L * pairs);
    long flags = 0;
    for (int i = 0; i < pairs; i++) {
      // Bit 31 of each half: NaN, infinite, or rounded to infinity (0x7F7F_8000 and above).
      flags |= (wide[i] & 0x7FFF_FFFF_7FFF_FFFFL) + 0x0080_8000_0080_8000L;
      long low = wide[i] & 0xFFFF_FFFFL;
      long high = wide[i] >>> 32;
      low = ((low + 0x7FFF + ((low >>> 16) & 1)) >>> 16) & 0xFFFF;
      high = (high + 0x7FFF + ((high >>> 16) & 1)) >>> 16;
      packed[i] = (int) (low | (high << 16));
    }
    MemorySegment.copy(packed, 0, target, INT, offset, pairs);
    boolean finite = (flags & 0x8000_0000_8000_0000L) == 0;
    if (n % 2 == 1) {
      short last = narrow(source[n - 1]);
      target.set(SHORT, offset + 2L * (n - 1), last);
      finite &= (last & 0x7F80) != 0x7F80;
    }
    return finite;
  }
}
