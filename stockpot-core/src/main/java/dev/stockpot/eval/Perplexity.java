package dev.stockpot.eval;

/// `exp` of [TokenLoss].
public record Perplexity() implements ExampleMetric {
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
  public double of(double[] perExample, Targets targets) {
    return StrictMath.exp(LOSS.of(perExample, targets));
  }
}
