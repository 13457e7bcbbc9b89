package dev.stockpot.eval;

/// A metric that is the mean of a number per example.
public interface MeanMetric extends ExampleMetric {

  /// Each example's number.
  ///
  /// @return one per example
  @Override
  double[] perExample(Predictions predictions, Targets targets);

  /// The best number an example can get; no example gets a better one.
  double best();

  /// The sum in the order of the examples, divided by their number.
  @Override
  default double of(double[] perExample, Targets targets) {
    double sum = 0;
    for (double each : perExample) {
      sum += each;
    }
    return sum / targets.size();
  }
}
