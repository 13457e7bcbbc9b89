package dev.stockpot.eval;

/// The metric that is chosen by, over any examples of a set: for statistics.
///
/// @param metric that is chosen by
/// @param targets of the set
public record Resampling(ExampleMetric metric, Targets targets) {

  /// The metric over some examples.
  ///
  /// @param numbers of all examples of the set, as [Evaluation#numbers] has them
  /// @param sample the examples, of which any may occur several times
  public double of(double[] numbers, int[] sample) {
    int each = numbers.length / targets.size();
    double[] sampled = new double[sample.length * each];
    for (int i = 0; i < sample.length; i++) {
      System.arraycopy(numbers, sample[i] * each, sampled, i * each, each);
    }
    return metric.of(sampled, targets.of(sample));
  }
}
