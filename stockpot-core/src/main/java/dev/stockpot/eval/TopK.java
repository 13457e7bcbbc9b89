package dev.stockpot.eval;

/// The share of examples whose label is among the `k` classes of the largest logits.
///
/// Of equal logits the first counts as the largest, as it does for [Accuracy], which is top-1; a
/// row with a NaN is wrong.
///
/// @param k how many classes may be named, at least 1
public record TopK(int k) implements MeanMetric {

  /// @throws IllegalArgumentException unless `k` is at least 1
  public TopK {
    if (k < 1) {
      throw new IllegalArgumentException("top-" + k);
    }
  }

  @Override
  public String name() {
    return "top-" + k;
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
    int[] labels = ((Targets.Classes) targets).labels();
    double[] each = new double[predictions.examples()];
    for (int example = 0; example < each.length; example++) {
      each[example] = rank(predictions, example, labels[example]) < k ? 1 : 0;
    }
    return each;
  }

  @Override
  public double best() {
    return 1;
  }

  /// How many classes come before that of the label.
  private static int rank(Predictions predictions, int example, int label) {
    float own = predictions.at(example, label);
    int before = 0;
    for (int other = 0; other < predictions.width(); other++) {
      float logit = predictions.at(example, other);
      if (Float.isNaN(logit)) {
        return Integer.MAX_VALUE;
      }
      if (logit > own || (logit == own && other < label)) {
        before++;
      }
    }
    return before;
  }
}
