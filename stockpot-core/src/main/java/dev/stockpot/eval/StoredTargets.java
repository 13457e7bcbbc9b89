package dev.stockpot.eval;

import dev.stockpot.checkpoint.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;

/// Reads the targets of examples from an array: integers are classes, floats are values.
final class StoredTargets {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private StoredTargets() {}

  /// Reads them.
  ///
  /// @throws EvaluationException if the array does not hold one target per example
  static Targets read(Path path) {
    try (StoredArray y = StoredArrays.open(path, "y")) {
      List<Long> shape = y.tensor().spec().shape();
      boolean flat = shape.size() == 1 || (shape.size() == 2 && shape.getLast() == 1);
      if (!flat || shape.getFirst() < 1 || shape.getFirst() > Integer.MAX_VALUE) {
        throw new EvaluationException(
            y.where() + ": shape " + shape + " instead of [n] labels, n from 1 to 2147483647");
      }
      int count = Math.toIntExact(shape.getFirst());
      DType dtype = y.tensor().spec().dtype();
      return dtype == DType.F32 || dtype == DType.F64
          ? new Targets.Values(values(y, count))
          : new Targets.Classes(labels(y, count));
    }
  }

  private static double[] values(StoredArray y, int count) {
    MemorySegment data = y.tensor().data();
    boolean single = y.tensor().spec().dtype() == DType.F32;
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = single ? data.getAtIndex(FLOAT, i) : data.getAtIndex(DOUBLE, i);
      if (!Double.isFinite(values[i])) {
        throw new EvaluationException(
            y.where() + ": example " + i + " has the target " + values[i] + "; correct it");
      }
    }
    return values;
  }

  private static int[] labels(StoredArray y, int count) {
    int[] labels = new int[count];
    for (int i = 0; i < count; i++) {
      long label = label(y, i);
      if (label < 0 || label > Integer.MAX_VALUE) {
        throw new EvaluationException(
            y.where()
                + ": example "
                + i
                + " has the label "
                + label
                + "; labels are classes, counted from 0");
      }
      labels[i] = (int) label;
    }
    return labels;
  }

  private static long label(StoredArray y, int i) {
    MemorySegment data = y.tensor().data();
    DType dtype = y.tensor().spec().dtype();
    return switch (dtype) {
      case U8 -> Byte.toUnsignedLong(data.get(ValueLayout.JAVA_BYTE, i));
      case I8 -> data.get(ValueLayout.JAVA_BYTE, i);
      case I32 -> data.getAtIndex(INT, i);
      case I64 -> data.getAtIndex(LONG, i);
      case F64,
          F32,
          BOOL,
          F16,
          BF16,
          F8_E4M3,
          F8_E5M2,
          I16,
          U64,
          U32,
          U16,
          C64,
          F8_E5M2FNUZ,
          F8_E4M3FNUZ,
          F8_E8M0,
          F6_E2M3,
          F6_E3M2,
          F4 ->
          throw new EvaluationException(
              y.where()
                  + ": labels of type "
                  + dtype
                  + " instead of integers; save them with y.astype('int64')");
    };
  }
}
