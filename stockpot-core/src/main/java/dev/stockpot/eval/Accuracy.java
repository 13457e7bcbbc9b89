package dev.stockpot.eval;

import java.util.BitSet;

/// The share of examples whose largest logit is that of their label.
public record Accuracy() implements Metric {

  /// Which examples are right. Of equal logits the first counts as the largest; a row with a NaN is
  /// wrong.
  ///
  /// @param labels one class per example
  public static BitSet correct(Logits logits, int[] labels) {
    BitSet correct = new BitSet(logits.examples());
    for (int example = 0; example < logits.examples(); example++) {
      correct.set(example, largest(logits, example) == labels[example]);
    }
    return correct;
  }

  @Override
  public String name() {
    return "accuracy";
  }

  @Override
  public boolean higherIsBetter() {
    return true;
  }

  @Override
  public double of(Logits logits, int[] labels) {
    return (double) correct(logits, labels).cardinality() / logits.examples();
  }

  /// The class of the first largest logit, -1 if one is NaN.
  private static int largest(Logits logits, int example) {
    int largest = 0;
    float value = logits.at(example, 0);
    for (int label = 0; label < logits.classes(); label++) {
      float logit = logits.at(example, label);
      if (Float.isNaN(logit)) {
        return -1;
      }
      if (logit > value) {
        largest = label;
        value = logit;
      }
    }
    return largest;
  }
}
