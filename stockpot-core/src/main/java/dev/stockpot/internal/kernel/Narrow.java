package dev.stockpot.internal.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// One rounding to nearest even, from float32 or float64 straight to the element type, a tile at a
/// time.
///
/// Every method returns whether all elements written are finite; only where they are not does
/// anybody need to look closer. Holds scratch space: one per thread. Offsets are in bytes and need
/// no alignment.
public final class Narrow {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final short[] shorts;
  private final byte[] bytes;
  private final float[] odd;
  private final double[] doubles;

  /// @param capacity most elements that are rounded at once
  public Narrow(int capacity) {
    shorts = new short[capacity + 1];
    bytes = new byte[capacity];
    odd = new float[capacity];
    doubles = new double[capacity];
  }

  public boolean float64(double[] source, int n, MemorySegment target, long offset) {
    MemorySegment values = MemorySegment.ofArray(source);
    MemorySegment.copy(values, 0, target, offset, 8L * n);
    long flags = 0;
    for (int i = 0; i < n; i++) {
      flags |= (values.get(LONG, 8L * i) & Long.MAX_VALUE) + (1L << 52);
    }
    return flags >= 0;
  }

  public boolean float64(float[] source, int n, MemorySegment target, long offset) {
    Widen.doubles(source, n, doubles);
    return float64(doubles, n, target, offset);
  }

  public boolean float32(float[] source, int n, MemorySegment target, long offset) {
    MemorySegment values = MemorySegment.ofArray(source);
    MemorySegment.copy(values, 0, target, offset, 4L * n);
    int flags = 0;
    for (int i = 0; i < n; i++) {
      flags |= (values.get(INT, 4L * i) & Integer.MAX_VALUE) + (1 << 23);
    }
    return flags >= 0;
  }

  public boolean float32(double[] source, int n, MemorySegment target, long offset) {
    for (int i = 0; i < n; i++) {
      odd[i] = (float) source[i];
    }
    return float32(odd, n, target, offset);
  }

  public boolean bfloat16(float[] source, int n, MemorySegment target, long offset) {
    return BFloat16.narrow(source, n, target, offset);
  }

  public boolean bfloat16(double[] source, int n, MemorySegment target, long offset) {
    return bfloat16(toOdd(source, n), n, target, offset);
  }

  public boolean float16(float[] source, int n, MemorySegment target, long offset) {
    for (int i = 0; i < n; i++) {
      shorts[i] = Float.floatToFloat16(source[i]);
    }
    MemorySegment.copy(shorts, 0, target, SHORT, offset, n);
    // Two elements per int: the compiler vectorises int loops, short ones not.
    shorts[n] = 0;
    MemorySegment pairs = MemorySegment.ofArray(shorts);
    int flags = 0;
    for (int i = 0; i < (n + 1) / 2; i++) {
      flags |= (pairs.get(INT, 4L * i) & 0x7FFF_7FFF) + 0x0400_0400;
    }
    return (flags & 0x8000_8000) == 0;
  }

  public boolean float16(double[] source, int n, MemorySegment target, long offset) {
    return float16(toOdd(source, n), n, target, offset);
  }

  public boolean float8E4M3(float[] source, int n, MemorySegment target, long offset) {
    return float8(Float8.E4M3, source, n, target, offset);
  }

  public boolean float8E4M3(double[] source, int n, MemorySegment target, long offset) {
    return float8(Float8.E4M3, toOdd(source, n), n, target, offset);
  }

  public boolean float8E5M2(float[] source, int n, MemorySegment target, long offset) {
    return float8(Float8.E5M2, source, n, target, offset);
  }

  public boolean float8E5M2(double[] source, int n, MemorySegment target, long offset) {
    return float8(Float8.E5M2, toOdd(source, n), n, target, offset);
  }

  /// Rounds to float32 such that a second rounding, to a type at least two bits narrower, gives
  /// what a single rounding would: inexact results take the neighbour whose last bit is odd.
  ///
  /// @see <a href="https://hal.inria.fr/inria-00080427">Boldo and Melquiond 2008, "Emulation of a
  ///   FMA and correctly rounded sums: proved algorithms using rounding to odd"</a>
  static float toOdd(double value) {
    float nearest = (float) value;
    int nearestBits = Float.floatToRawIntBits(nearest);
    if (nearest == value || Double.isNaN(value) || (nearestBits & 1) == 1) {
      return nearest;
    }
    boolean tooSmall = Math.abs((double) nearest) < Math.abs(value);
    return Float.intBitsToFloat(nearestBits + (tooSmall ? 1 : -1));
  }

  private float[] toOdd(double[] source, int n) {
    for (int i = 0; i < n; i++) {
      odd[i] = toOdd(source[i]);
    }
    return odd;
  }

  private boolean float8(Float8 format, float[] source, int n, MemorySegment target, long offset) {
    boolean finite = true;
    for (int i = 0; i < n; i++) {
      bytes[i] = format.narrow(source[i]);
      finite &= format.isFinite(bytes[i]);
    }
    MemorySegment.copy(bytes, 0, target, ValueLayout.JAVA_BYTE, offset, n);
    return finite;
  }
}
