package dev.stockpot.eval;

/// The mean over examples of `log Σ exp(logits) − logit of the label`, in float64.
public record NegativeLogLikelihood() implements MeanMetric {

  @Override
  public String name() {
    return "nll";
  }

  @Override
  public boolean higherIsBetter() {
    return false;
  }

  @Override
  public boolean fits(Targets targets) {
    return targets instanceof Targets.Classes;
  }

  @Override
  public double[] perExample(Predictions predictions, Targets targets) {
    int[] labels = ((Targets.Classes) targets).labels();
    double[] each = new double[predictions.examples()];
    for (int example = 0; example < each.length; example++) {
      each[example] =
          Softmax.logSumExp(predictions, example) - predictions.at(example, labels[example]);
    }
    return each;
  }

  @Override
  public double best() {
    return 0;
  }
}
