package dev.stockpot.eval;

/// The mean over all tokens of a set of the negative log-likelihood (natural logarithm) of each,
/// given those before it. Every token counts the same, so long texts count more; NaN if there are
/// none.
public record TokenLoss() implements WeightedMetric {
  /// Per example, as [NextToken] gives them: the sum of its losses, and how many.
  private static final int NUMBERS = 2;

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
    double[] each = new double[NUMBERS * predictions.examples()];
    for (int i = 0; i < each.length; i++) {
      each[i] = predictions.at(i / NUMBERS, i % NUMBERS);
    }
    return each;
  }

  @Override
  public double[] sums(double[] perExample) {
    return every(perExample, 0);
  }

  /// The number of an example's tokens.
  @Override
  public double[] weights(double[] perExample) {
    return every(perExample, 1);
  }

  /// That of a token which was certain.
  @Override
  public double best() {
    return 0;
  }

  @Override
  public double of(double[] perExample, Targets targets) {
    double losses = 0;
    double tokens = 0;
    for (int i = 0; i < perExample.length; i += NUMBERS) {
      losses += perExample[i];
      tokens += perExample[i + 1];
    }
    return losses / tokens;
  }

  private static double[] every(double[] perExample, int first) {
    double[] every = new double[perExample.length / NUMBERS];
    for (int example = 0; example < every.length; example++) {
      every[example] = perExample[NUMBERS * example + first];
    }
    return every;
  }
}
