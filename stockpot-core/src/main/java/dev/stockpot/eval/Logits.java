package dev.stockpot.eval;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// What a classifier says of each example, before the softmax.
///
/// @param examples number of rows
/// @param classes number of columns
/// @param values row by row, float32 in native order; may be a mapped file
public record Logits(int examples, int classes, MemorySegment values) {

  /// @throws IllegalArgumentException if the values do not fill the shape
  public Logits {
    if (values.byteSize() != 4L * examples * classes) {
      throw new IllegalArgumentException(
          values.byteSize() + " bytes for " + examples + "×" + classes + " logits");
    }
    values = values.asReadOnly();
  }

  /// One logit.
  public float at(int example, int label) {
    return values.getAtIndex(
        ValueLayout.JAVA_FLOAT_UNALIGNED, (long) example * classes + label);
  }
}
