package dev.stockpot.eval;

/// `exp` of [TokenLoss].
public record Perplexity() implements WeightedMetric {
  private static final TokenLoss LOSS = new TokenLoss();

  @Override
  public String name() {
    return "perplexity";
  }

  @Override
  public boolean higherIsBetter() {
    return false;
  }

  @Override
  public boolean fits(Targets targets) {
    return LOSS.fits(targets);
  }

  @Override
  public double[] perExample(Predictions predictions, Targets targets) {
    return LOSS.perExample(predictions, targets);
  }

  @Override
  public double[] sums(double[] perExample) {
    return LOSS.sums(perExample);
  }

  @Override
  public double[] weights(double[] perExample) {
    return LOSS.weights(perExample);
  }

  @Override
  public double best() {
    return LOSS.best();
  }

  @Override
  public double value(double mean) {
    return StrictMath.exp(mean);
  }

  @Override
  public double of(double[] perExample, Targets targets) {
    return value(LOSS.of(perExample, targets));
  }
}
