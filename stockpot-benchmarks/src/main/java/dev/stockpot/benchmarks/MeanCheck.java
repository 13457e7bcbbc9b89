package dev.stockpot.benchmarks;

import java.lang.foreign.MemorySegment;
import java.util.List;

/// Checks means in plain arithmetic: one element after the other.
final class MeanCheck {
  private MeanCheck() {}

  /// Checks every `stride`-th element: the sum in the ingredients' order, in float32 for 16-bit
  /// types and in float64 for F32, one division, one rounding.
  ///
  /// @throws AssertionError if an element is not that
  static void check(Format format, List<MemorySegment> stored, MemorySegment mean, int stride) {
    for (long i = 0; i < mean.byteSize() / format.bytes(); i += stride) {
      float floatSum = 0;
      double doubleSum = 0;
      for (MemorySegment ingredient : stored) {
        double value = format.value(ingredient, i);
        floatSum += (float) value;
        doubleSum += value;
      }
      double exact =
          switch (format) {
            case BF16, F16 -> floatSum / stored.size();
            case F32 -> doubleSum / stored.size();
          };
      format.checkRounded(exact, mean, i);
    }
  }
}
