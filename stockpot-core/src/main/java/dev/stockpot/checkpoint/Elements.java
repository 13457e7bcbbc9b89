package dev.stockpot.checkpoint;

import dev.stockpot.internal.kernel.Narrow;
import dev.stockpot.internal.kernel.Widen;
import java.lang.foreign.MemorySegment;

/// Stored elements as numbers and back: exact widening, one rounding to nearest even.
///
/// Works on tiles of at most [#TILE] elements, which stay in the processor's first caches. Holds
/// scratch space: one per thread.
public final class Elements {
  /// Most elements per call.
  public static final int TILE = 2048;

  private final Widen widen = new Widen(TILE);
  private final Narrow narrow = new Narrow(TILE);
  private final float[] floats = new float[TILE];
  private final double[] one = new double[1];
  private final MemorySegment oneBits = MemorySegment.ofArray(new byte[Double.BYTES]);

  /// Takes scratch space for tiles.
  public Elements() {}

  /// Widens elements to float32.
  ///
  /// @param source little-endian elements from byte `offset` on
  /// @throws IllegalArgumentException for a dtype that is no float or does not fit into float32
  public void toFloats(DType dtype, MemorySegment source, long offset, int n, float[] target) {
    switch (FloatType.of(dtype)) {
      case F32 -> widen.float32(source, offset, n, target);
      case F16 -> widen.float16(source, offset, n, target);
      case BF16 -> widen.bfloat16(source, offset, n, target);
      case F8_E4M3 -> widen.float8E4M3(source, offset, n, target);
      case F8_E5M2 -> widen.float8E5M2(source, offset, n, target);
      case F64 -> throw new IllegalArgumentException(dtype + " does not widen to float32");
    }
  }

  /// Widens elements to float64.
  ///
  /// @param source little-endian elements from byte `offset` on
  /// @throws IllegalArgumentException for a dtype that is no float
  public void toDoubles(DType dtype, MemorySegment source, long offset, int n, double[] target) {
    if (dtype == DType.F64) {
      widen.float64(source, offset, n, target);
    } else {
      toFloats(dtype, source, offset, n, floats);
      Widen.doubles(floats, n, target);
    }
  }

  /// Rounds float32 values.
  ///
  /// @param target takes little-endian elements from byte `offset` on
  /// @return whether every element written is finite
  /// @throws IllegalArgumentException for a dtype that is no float
  public boolean fromFloats(DType dtype, float[] source, int n, MemorySegment target, long offset) {
    return switch (FloatType.of(dtype)) {
      case F64 -> narrow.float64(source, n, target, offset);
      case F32 -> narrow.float32(source, n, target, offset);
      case F16 -> narrow.float16(source, n, target, offset);
      case BF16 -> narrow.bfloat16(source, n, target, offset);
      case F8_E4M3 -> narrow.float8E4M3(source, n, target, offset);
      case F8_E5M2 -> narrow.float8E5M2(source, n, target, offset);
    };
  }

  /// Rounds float64 values, once.
  ///
  /// @param target takes little-endian elements from byte `offset` on
  /// @return whether every element written is finite
  /// @throws IllegalArgumentException for a dtype that is no float
  public boolean fromDoubles(
      DType dtype, double[] source, int n, MemorySegment target, long offset) {
    return switch (FloatType.of(dtype)) {
      case F64 -> narrow.float64(source, n, target, offset);
      case F32 -> narrow.float32(source, n, target, offset);
      case F16 -> narrow.float16(source, n, target, offset);
      case BF16 -> narrow.bfloat16(source, n, target, offset);
      case F8_E4M3 -> narrow.float8E4M3(source, n, target, offset);
      case F8_E5M2 -> narrow.float8E5M2(source, n, target, offset);
    };
  }

  /// Whether a value survives rounding to a float type: a finite one does not become infinite or
  /// NaN, and an infinite one stays infinite. NaN always fits.
  ///
  /// @throws IllegalArgumentException for a dtype that is no float
  public boolean fits(DType dtype, double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return dtype != DType.F8_E4M3 || Double.isNaN(value);
    }
    one[0] = value;
    return fromDoubles(dtype, one, 1, oneBits, 0);
  }

  /// The largest finite value of a float type.
  ///
  /// @throws IllegalArgumentException for a dtype that is no float
  public static double largest(DType dtype) {
    return FloatType.of(dtype).largest();
  }

  /// The smallest value of a float type above 0; half of it and less is rounded to 0.
  ///
  /// @throws IllegalArgumentException for a dtype that is no float
  public static double smallest(DType dtype) {
    return FloatType.of(dtype).smallest();
  }
}
