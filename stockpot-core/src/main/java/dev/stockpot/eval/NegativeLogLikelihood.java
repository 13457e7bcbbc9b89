package dev.stockpot.eval;

/// The mean over examples of `log Σ exp(logits) − logit of the label`, in float64.
public record NegativeLogLikelihood() implements Metric {

  @Override
  public String name() {
    return "nll";
  }

  @Override
  public boolean higherIsBetter() {
    return false;
  }

  @Override
  public double of(Logits logits, int[] labels) {
    double sum = 0;
    for (int example = 0; example < logits.examples(); example++) {
      sum += logSumExp(logits, example) - logits.at(example, labels[example]);
    }
    return sum / logits.examples();
  }

  /// The largest logit is taken out first, so that nothing overflows.
  private static double logSumExp(Logits logits, int example) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int label = 0; label < logits.classes(); label++) {
      largest = Math.max(largest, logits.at(example, label));
    }
    double sum = 0;
    for (int label = 0; label < logits.classes(); label++) {
      sum += StrictMath.exp(logits.at(example, label) - largest);
    }
    return largest + StrictMath.log(sum);
  }
}
