package dev.stockpot.eval;

/// Probabilities from a row of logits, in float64.
final class Softmax {
  private Softmax() {}

  /// `log Σ exp(logits)` of an example; the largest logit is taken out first, so that nothing
  /// overflows.
  static double logSumExp(Predictions predictions, int example) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int label = 0; label < predictions.width(); label++) {
      largest = Math.max(largest, predictions.at(example, label));
    }
    double sum = 0;
    for (int label = 0; label < predictions.width(); label++) {
      sum += StrictMath.exp(predictions.at(example, label) - largest);
    }
    return largest + StrictMath.log(sum);
  }

  /// The probability of a class.
  ///
  /// @param logSumExp of the example
  static double probability(Predictions predictions, int example, int label, double logSumExp) {
    return StrictMath.exp(predictions.at(example, label) - logSumExp);
  }
}
