package dev.stockpot.internal.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Exact widening of little-endian elements to float32 and float64, a tile at a time.
///
/// Holds scratch space: one per thread. Offsets are in bytes and need no alignment.
public final class Widen {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final short[] shorts;
  private final byte[] bytes;

  /// @param capacity most elements that are widened at once
  public Widen(int capacity) {
    shorts = new short[capacity];
    bytes = new byte[capacity];
  }

  public void float64(MemorySegment source, long offset, int n, double[] target) {
    MemorySegment.copy(source, offset, MemorySegment.ofArray(target), 0, 8L * n);
  }

  public void float32(MemorySegment source, long offset, int n, float[] target) {
    MemorySegment.copy(source, offset, MemorySegment.ofArray(target), 0, 4L * n);
  }

  public void bfloat16(MemorySegment source, long offset, int n, float[] target) {
    BFloat16.widen(source, offset, n, target);
  }

  public void float16(MemorySegment source, long offset, int n, float[] target) {
    MemorySegment.copy(source, SHORT, offset, shorts, 0, n);
    for (int i = 0; i < n; i++) {
      target[i] = Float.float16ToFloat(shorts[i]);
    }
  }

  public void float8E4M3(MemorySegment source, long offset, int n, float[] target) {
    float8(Float8.E4M3, source, offset, n, target);
  }

  public void float8E5M2(MemorySegment source, long offset, int n, float[] target) {
    float8(Float8.E5M2, source, offset, n, target);
  }

  /// float32 to float64.
  public static void doubles(float[] source, int n, double[] target) {
    for (int i = 0; i < n; i++) {
      target[i] = source[i];
    }
  }

  private void float8(Float8 format, MemorySegment source, long offset, int n, float[] target) {
    MemorySegment.copy(source, ValueLayout.JAVA_BYTE, offset, bytes, 0, n);
    for (int i = 0; i < n; i++) {
      target[i] = format.widen(bytes[i]);
    }
  }
}
