package dev.stockpot.eval;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;

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

  /// The logits of an ensemble: the mean of its members', summed in float64 in their order and
  /// rounded once.
  ///
  /// @param members at least one, of one shape
  /// @throws IllegalArgumentException if there is none, or shapes differ
  public static Logits mean(List<Logits> members) {
    if (members.isEmpty()) {
      throw new IllegalArgumentException("a mean of no logits");
    }
    Logits first = members.getFirst();
    for (Logits member : members) {
      if (member.examples != first.examples || member.classes != first.classes) {
        throw new IllegalArgumentException(
            "logits of %d×%d and of %d×%d"
                .formatted(first.examples, first.classes, member.examples, member.classes));
      }
    }
    float[] mean = new float[Math.multiplyExact(first.examples, first.classes)];
    double[] row = new double[first.classes];
    for (int example = 0; example < first.examples; example++) {
      Arrays.fill(row, 0);
      for (Logits member : members) {
        for (int label = 0; label < row.length; label++) {
          row[label] += member.at(example, label);
        }
      }
      for (int label = 0; label < row.length; label++) {
        mean[example * row.length + label] = (float) (row[label] / members.size());
      }
    }
    return new Logits(first.examples, first.classes, MemorySegment.ofArray(mean));
  }

  /// One logit.
  public float at(int example, int label) {
    return values.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, (long) example * classes + label);
  }
}
