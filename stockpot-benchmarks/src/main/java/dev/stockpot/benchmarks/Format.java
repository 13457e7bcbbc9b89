package dev.stockpot.benchmarks;

import dev.stockpot.checkpoint.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Element types that are benchmarked, in plain arithmetic: what fast code is checked against.
public enum Format {
  /// bfloat16.
  BF16(DType.BF16) {
    @Override
    double value(int bits) {
      return Float.intBitsToFloat(bits << 16);
    }
  },
  /// IEEE float16.
  F16(DType.F16) {
    @Override
    double value(int bits) {
      return Float.float16ToFloat((short) bits);
    }
  },
  /// IEEE float32.
  F32(DType.F32) {
    @Override
    double value(int bits) {
      return Float.intBitsToFloat(bits);
    }
  };

  private final DType dtype;

  Format(DType dtype) {
    this.dtype = dtype;
  }

  DType dtype() {
    return dtype;
  }

  int bytes() {
    return dtype.bytes();
  }

  /// The number that bits stand for.
  abstract double value(int bits);

  /// Element `i` of stored ones.
  double value(MemorySegment stored, long i) {
    return value(bits(stored, i));
  }

  /// Checks that element `i` is a finite value rounded to nearest even: neither neighbour is
  /// nearer, and none is as near unless the element is the even one.
  ///
  /// @throws AssertionError if it is not
  void checkRounded(double exact, MemorySegment stored, long i) {
    int bits = bits(stored, i);
    double error = Math.abs(value(bits) - exact);
    for (int neighbour : new int[] {bits - 1, bits + 1}) {
      double other = Math.abs(value(neighbour) - exact);
      if (!(error <= Double.MAX_VALUE) || other < error || (other == error && bits % 2 != 0)) {
        throw new AssertionError(this + " element " + i + " is " + value(bits) + " for " + exact);
      }
    }
  }

  private int bits(MemorySegment stored, long i) {
    return dtype.bytes() == 2
        ? stored.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * i)
        : stored.get(ValueLayout.JAVA_INT_UNALIGNED, 4 * i);
  }
}
