package dev.stockpot.internal.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// bfloat16, the upper half of an IEEE float32: exact widening, and rounding to nearest even.
///
/// Two elements travel in one int and two floats in one long, because the compiler turns int and
/// long loops into vector code and short loops not; and from segment to segment, because it keeps
/// floats from being taken for bits in vectors. Little-endian machines only, as the JDK's ports to
/// x86-64 and AArch64 are.
final class BFloat16 {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private BFloat16() {}

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
  static void widen(MemorySegment source, long offset, int n, float[] target) {
    MemorySegment floats = MemorySegment.ofArray(target);
    for (int i = 0; i < n / 2; i++) {
      long pair = source.get(INT, offset + 4L * i);
      floats.set(LONG, 8L * i, ((pair & 0xFFFF) << 16) | (pair >>> 16 << 48));
    }
    if (n % 2 == 1) {
      target[n - 1] = widen(source.get(SHORT, offset + 2L * (n - 1)));
    }
  }

  /// Rounds `n` values to elements that begin at a byte offset.
  ///
  /// @return whether every element is finite; where one is not, NaNs may have become anything
  static boolean narrow(float[] source, int n, MemorySegment target, long offset) {
    MemorySegment floats = MemorySegment.ofArray(source);
    long flags = 0;
    for (int i = 0; i < n / 2; i++) {
      long pair = floats.get(LONG, 8L * i);
      long magnitudes = pair & 0x7FFF_FFFF_7FFF_FFFFL;
      // Bit 31 of each half: NaN, infinite, or rounded to infinity (0x7F7F_8000 and above).
      flags |= magnitudes + 0x0080_8000_0080_8000L;
      long odd = (pair >>> 16) & 0x0000_0001_0000_0001L;
      long rounded = (magnitudes + odd + 0x0000_7FFF_0000_7FFFL) | (pair ^ magnitudes);
      target.set(INT, offset + 4L * i, (int) ((rounded >>> 16 & 0xFFFF) | (rounded >>> 48 << 16)));
    }
    boolean finite = (flags & 0x8000_0000_8000_0000L) == 0;
    if (n % 2 == 1) {
      short last = narrow(source[n - 1]);
      target.set(SHORT, offset + 2L * (n - 1), last);
      finite &= (last & 0x7F80) != 0x7F80;
    }
    return finite;
  }
}
