package dev.stockpot.eval;

/// A metric of predicted numbers.
interface RegressionMetric extends ExampleMetric {

  /// The value from predictions and targets.
  double of(double[] predicted, double[] values);

  @Override
  default boolean fits(Targets targets) {
    return targets instanceof Targets.Values;
  }

  /// The predicted number of each example.
  @Override
  default double[] perExample(Predictions predictions, Targets targets) {
    double[] predicted = new double[predictions.examples()];
    for (int example = 0; example < predicted.length; example++) {
      predicted[example] = predictions.at(example, 0);
    }
    return predicted;
  }

  @Override
  default double of(double[] perExample, Targets targets) {
    return of(perExample, ((Targets.Values) targets).values());
  }
}
