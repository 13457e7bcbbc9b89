package dev.stockpot.eval;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The predictions of a set, as batches of its examples come in, in any order.
final class PredictionTable {
  private final MeasuredSet set;
  private float[] values = {};
  private int width = -1;

  PredictionTable(MeasuredSet set) {
    this.set = set;
  }

  /// Puts rows in their places.
  ///
  /// @param examples whose rows they are
  /// @throws EvaluationException if they do not fit the set, or the rows before
  void put(int[] examples, Predictions predictions) {
    if (width < 0) {
      begin(predictions.width());
    }
    if (predictions.examples() != examples.length || predictions.width() != width) {
      throw new EvaluationException(
          "set '%s': the model gave %d×%d predictions for %d examples of width %d; its output must"
                  .formatted(
                      set.name(),
                      predictions.examples(),
                      predictions.width(),
                      examples.length,
                      width)
              + " be one row per example");
    }
    for (int i = 0; i < examples.length; i++) {
      MemorySegment.copy(
          predictions.values(),
          ValueLayout.JAVA_FLOAT_UNALIGNED,
          4L * i * width,
          values,
          examples[i] * width,
          width);
    }
  }

  /// All rows, once they are there.
  Predictions predictions() {
    return new Predictions(set.size(), width, MemorySegment.ofArray(values));
  }

  private void begin(int columns) {
    // Before the rest is computed in vain.
    set.check(columns);
    if ((long) set.size() * columns > Integer.MAX_VALUE) {
      throw new EvaluationException(
          "set '%s': %d×%d predictions are more than fit into memory (2147483647); split the set"
              .formatted(set.name(), set.size(), columns));
    }
    width = columns;
    values = new float[set.size() * columns];
  }
}
