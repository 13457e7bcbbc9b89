package dev.stockpot.eval;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;

/// What a model says of each example: a row of logits before the softmax, or a number.
///
/// @param examples number of rows
/// @param width number of columns: classes, or 1 for a regression
/// @param values row by row, float32 in native order; may be a mapped file
public record Predictions(int examples, int width, MemorySegment values) {

  /// @throws IllegalArgumentException if the values do not fill the shape
  public Predictions {
    if (values.byteSize() != 4L * examples * width) {
      throw new IllegalArgumentException(
          values.byteSize() + " bytes for " + examples + "×" + width + " predictions");
    }
    values = values.asReadOnly();
  }

  /// The logits of an ensemble: the mean of its members', summed in float64 in their order and
  /// rounded once.
  ///
  /// @param members at least one, of one shape
  /// @throws IllegalArgumentException if there is none, or shapes differ
  public static Predictions mean(List<Predictions> members) {
    if (members.isEmpty()) {
      throw new IllegalArgumentException("a mean of no predictions");
    }
    Predictions first = members.getFirst();
    for (Predictions member : members) {
      if (member.examples != first.examples || member.width != first.width) {
        throw new IllegalArgumentException(
            "predictions of %d×%d and of %d×%d"
                .formatted(first.examples, first.width, member.examples, member.width));
      }
    }
    float[] mean = new float[Math.multiplyExact(first.examples, first.width)];
    double[] row = new double[first.width];
    for (int example = 0; example < first.examples; example++) {
      Arrays.fill(row, 0);
      for (Predictions member : members) {
        for (int column = 0; column < row.length; column++) {
          row[column] += member.at(example, column);
        }
      }
      for (int column = 0; column < row.length; column++) {
        mean[example * row.length + column] = (float) (row[column] / members.size());
      }
    }
    return new Predictions(first.examples, first.width, MemorySegment.ofArray(mean));
  }

  /// One logit.
  public float at(int example, int column) {
    return values.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, (long) example * width + column);
  }

  /// The class of the first largest logit of an example, -1 if one is NaN.
  public int largest(int example) {
    int largest = 0;
    float value = at(example, 0);
    for (int column = 0; column < width; column++) {
      float logit = at(example, column);
      if (Float.isNaN(logit)) {
        return -1;
      }
      if (logit > value) {
        largest = column;
        value = logit;
      }
    }
    return largest;
  }
}
