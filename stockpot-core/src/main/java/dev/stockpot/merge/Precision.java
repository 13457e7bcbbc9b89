package dev.stockpot.merge;

import dev.stockpot.checkpoint.DType;
import java.util.Collection;

/// What sums are kept in.
public enum Precision {
  /// When all ingredients are 16 bits or narrower.
  FLOAT32(DType.F32),
  /// When any ingredient is F32 or F64.
  FLOAT64(DType.F64);

  private final DType dtype;

  Precision(DType dtype) {
    this.dtype = dtype;
  }

  /// The element type that holds such a sum exactly.
  public DType dtype() {
    return dtype;
  }

  /// The precision for ingredients of these float types.
  public static Precision of(Collection<DType> dtypes) {
    return dtypes.stream().allMatch(dtype -> dtype.bits() <= 16) ? FLOAT32 : FLOAT64;
  }
}
