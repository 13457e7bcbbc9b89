package dev.stockpot.eval;

/// The best score that a candidate can still get, from the examples it has been measured on.
///
/// The bound is exact: it is never worse than the score over all examples, whose sum is rounded in
/// another order. Where all numbers are whole, as with accuracy, nothing is rounded.
final class RunningScore {
  private final WeightedMetric metric;
  private final int examples;
  private final double total;
  private double sum;
  private double magnitude;
  private double done;
  private boolean whole;

  /// @param weights of all examples of the set
  RunningScore(WeightedMetric metric, double[] weights) {
    this.metric = metric;
    this.examples = weights.length;
    this.total = sum(weights);
    this.whole = metric.best() == Math.rint(metric.best());
  }

  /// These examples are done.
  void add(Predictions predictions, Targets targets) {
    double[] numbers = metric.perExample(predictions, targets);
    for (double each : metric.sums(numbers)) {
      sum += each;
      magnitude += Math.abs(each);
      whole &= each == Math.rint(each);
    }
    done += sum(metric.weights(numbers));
  }

  /// The best score that the whole set can have.
  double bound() {
    double best = sum + (total - done) * metric.best();
    double slack = whole ? 0 : 4 * examples * Math.ulp(1.0) * (magnitude + Math.abs(best));
    return metric.value((metric.higherIsBetter() ? best + slack : best - slack) / total);
  }

  private static double sum(double[] weights) {
    double sum = 0;
    for (double weight : weights) {
      sum += weight;
    }
    return sum;
  }
}
