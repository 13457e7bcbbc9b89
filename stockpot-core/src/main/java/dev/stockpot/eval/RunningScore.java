package dev.stockpot.eval;

/// The best score that a candidate can still get, from the examples it has been measured on.
///
/// The bound is exact: it is never worse than the score over all examples, whose sum is rounded in
/// another order. Where all numbers are whole, as with accuracy, nothing is rounded.
final class RunningScore {
  private final MeanMetric metric;
  private final int total;
  private double sum;
  private double magnitude;
  private boolean whole;
  private int done;

  /// @param total number of examples of the set
  RunningScore(MeanMetric metric, int total) {
    this.metric = metric;
    this.total = total;
    this.whole = metric.best() == Math.rint(metric.best());
  }

  /// These examples are done.
  void add(Predictions predictions, Targets targets) {
    for (double each : metric.perExample(predictions, targets)) {
      sum += each;
      magnitude += Math.abs(each);
      whole &= each == Math.rint(each);
    }
    done += predictions.examples();
  }

  /// The best score that the whole set can have.
  double bound() {
    double best = sum + (total - done) * metric.best();
    double slack = whole ? 0 : 4 * total * Math.ulp(1.0) * (magnitude + Math.abs(best));
    return (metric.higherIsBetter() ? best + slack : best - slack) / total;
  }
}
