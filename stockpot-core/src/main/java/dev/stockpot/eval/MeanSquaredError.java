package dev.stockpot.eval;

/// The mean of the squared differences between predictions and targets.
public record MeanSquaredError() implements MeanMetric {

  @Override
  public String name() {
    return "mse";
  }

  @Override
  public boolean higherIsBetter() {
    return false;
  }

  @Override
  public boolean fits(Targets targets) {
    return targets instanceof Targets.Values;
  }

  @Override
  public double[] perExample(Predictions predictions, Targets targets) {
    double[] values = ((Targets.Values) targets).values();
    double[] each = new double[values.length];
    for (int example = 0; example < each.length; example++) {
      double difference = predictions.at(example, 0) - values[example];
      each[example] = difference * difference;
    }
    return each;
  }

  @Override
  public double best() {
    return 0;
  }
}
