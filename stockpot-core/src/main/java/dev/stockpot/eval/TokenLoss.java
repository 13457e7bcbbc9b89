package dev.stockpot.eval;

/// The mean over all tokens of a set of the negative log-likelihood (natural logarithm) of each,
/// given those before it. Every token counts the same, so long texts count more; NaN if there are
/// none.
public record TokenLoss() implements ExampleMetric {

  @Override
  public String name() {
    return "loss";
  }

  @Override
  public boolean higherIsBetter() {
    return false;
  }

  @Override
  public boolean fits(Targets targets) {
    return targets instanceof Targets.Tokens;
  }

  /// Two numbers, as [NextToken] gives them: the sum of an example's losses, and how many.
  @Override
  public double[] perExample(Predictions predictions, Targets targets) {
    double[] each = new double[2 * predictions.examples()];
    for (int example = 0; example < predictions.examples(); example++) {
      each[2 * example] = predictions.at(example, 0);
      each[2 * example + 1] = predictions.at(example, 1);
    }
    return each;
  }

  @Override
  public double of(double[] perExample, Targets targets) {
    double losses = 0;
    double tokens = 0;
    for (int i = 0; i < perExample.length; i += 2) {
      losses += perExample[i];
      tokens += perExample[i + 1];
    }
    return losses / tokens;
  }
}
