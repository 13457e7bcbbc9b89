package dev.stockpot.checkpoint;

import java.util.EnumMap;
import java.util.Map;

/// The element types that Stockpot computes with: those of kind [DType.Kind#FLOAT], so that
/// switches over them need not list all others.
enum FloatType {
  F64(DType.F64, Double.MAX_VALUE, Double.MIN_VALUE),
  F32(DType.F32, Float.MAX_VALUE, Float.MIN_VALUE),
  F16(DType.F16, 65_504, 0x1p-24),
  BF16(DType.BF16, 0x1.FEp127, 0x1p-133),
  F8_E4M3(DType.F8_E4M3, 448, 0x1p-9),
  F8_E5M2(DType.F8_E5M2, 57_344, 0x1p-16);

  private static final Map<DType, FloatType> BY_DTYPE = new EnumMap<>(DType.class);

  static {
    for (FloatType type : values()) {
      BY_DTYPE.put(type.dtype, type);
    }
  }

  private final DType dtype;
  private final double largest;
  private final double smallest;

  FloatType(DType dtype, double largest, double smallest) {
    this.dtype = dtype;
    this.largest = largest;
    this.smallest = smallest;
  }

  /// @throws IllegalArgumentException for a dtype that is no float
  static FloatType of(DType dtype) {
    FloatType type = BY_DTYPE.get(dtype);
    if (type == null) {
      throw new IllegalArgumentException(dtype + " is not a float type");
    }
    return type;
  }

  /// The largest finite value.
  double largest() {
    return largest;
  }

  /// The smallest value above 0.
  double smallest() {
    return smallest;
  }
}
