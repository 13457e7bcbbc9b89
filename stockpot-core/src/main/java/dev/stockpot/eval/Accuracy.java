package dev.stockpot.eval;

import java.util.BitSet;

/// The share of examples whose largest logit is that of their label.
public record Accuracy() implements MeanMetric {

  /// Which examples are right. Of equal logits the first counts as the largest; a row with a NaN is
  /// wrong.
  public static BitSet correct(Predictions predictions, Targets.Classes targets) {
    BitSet correct = new BitSet(predictions.examples());
    for (int example = 0; example < predictions.examples(); example++) {
      if (predictions.largest(example) == targets.labels()[example]) {
        correct.set(example);
      }
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
  public boolean fits(Targets targets) {
    return targets instanceof Targets.Classes;
  }

  /// 1 for an example that is right, 0 for one that is wrong.
  @Override
  public double[] perExample(Predictions predictions, Targets targets) {
    BitSet correct = correct(predictions, (Targets.Classes) targets);
    double[] each = new double[predictions.examples()];
    correct.stream().forEach(example -> each[example] = 1);
    return each;
  }

  @Override
  public double best() {
    return 1;
  }
}
