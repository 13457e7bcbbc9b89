package dev.stockpot.eval;

import java.util.function.IntUnaryOperator;

/// Predictions and targets made by formulas that Python can follow, for golden values.
final class GoldenArrays {
  private GoldenArrays() {}

  /// Exact in float32; no two logits of a row are equal, and no two rows have the same confidence.
  static Predictions logits(int examples, int classes) {
    float[] values = new float[examples * classes];
    for (int i = 0; i < examples; i++) {
      for (int j = 0; j < classes; j++) {
        values[i * classes + j] = ((i * 3701 + j * 1013 + i * j * 137) % 9973 - 4986) / 1024f;
      }
    }
    return TestArrays.predictions(classes, values);
  }

  /// Labels; where the formula gives -1, that of the largest logit.
  static Targets.Classes labels(Predictions logits, IntUnaryOperator formula) {
    int[] labels = new int[logits.examples()];
    for (int i = 0; i < labels.length; i++) {
      int label = formula.applyAsInt(i);
      labels[i] = label < 0 ? logits.largest(i) : label;
    }
    return new Targets.Classes(labels);
  }
}
