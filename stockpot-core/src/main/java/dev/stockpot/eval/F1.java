package dev.stockpot.eval;

import java.util.Arrays;

/// F1 of class 1 among the labels 0 and 1: `2·TP / (2·TP + FP + FN)`, 0 where that is 0/0, as
/// scikit-learn has it.
public record F1() implements ConfusionMetric {

  @Override
  public String name() {
    return "f1";
  }

  /// Where no label is above 1.
  @Override
  public boolean fits(Targets targets) {
    return isBinary(targets);
  }

  @Override
  public double of(Confusion confusion) {
    return ofPositive(confusion);
  }

  static boolean isBinary(Targets targets) {
    return targets instanceof Targets.Classes(int[] labels)
        && Arrays.stream(labels).allMatch(label -> label <= 1);
  }

  static double ofPositive(Confusion confusion) {
    return confusion.f1(1);
  }
}
