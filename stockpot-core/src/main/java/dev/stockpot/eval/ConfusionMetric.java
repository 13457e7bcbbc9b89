package dev.stockpot.eval;

/// A metric of predicted classes. A row with a NaN predicts a class that no example is of.
public interface ConfusionMetric extends ExampleMetric {

  /// The value from the counts.
  double of(Confusion confusion);

  @Override
  default boolean higherIsBetter() {
    return true;
  }

  @Override
  default boolean fits(Targets targets) {
    return targets instanceof Targets.Classes;
  }

  /// The predicted class of each example, -1 where there is none.
  @Override
  default double[] perExample(Predictions predictions, Targets targets) {
    double[] predicted = new double[predictions.examples()];
    for (int example = 0; example < predicted.length; example++) {
      predicted[example] = predictions.largest(example);
    }
    return predicted;
  }

  @Override
  default double of(double[] perExample, Targets targets) {
    return of(Confusion.of(perExample, ((Targets.Classes) targets).labels()));
  }
}
