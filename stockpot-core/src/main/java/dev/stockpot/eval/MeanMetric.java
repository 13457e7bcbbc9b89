package dev.stockpot.eval;

/// A metric that is the mean of a number per example.
public interface MeanMetric extends Metric {

  /// Each example's number.
  ///
  /// @return one per example
  double[] perExample(Predictions predictions, Targets targets);

  /// The best number an example can get; no example gets a better one.
  double best();

  /// The sum in the order of the examples, divided by their number.
  @Override
  default double of(Predictions predictions, Targets targets) {
    double sum = 0;
    for (double each : perExample(predictions, targets)) {
      sum += each;
    }
    return sum / targets.size();
  }
}
