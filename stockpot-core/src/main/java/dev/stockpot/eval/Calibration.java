package dev.stockpot.eval;

/// The factor of a model's logits (the inverse of its temperature) that makes its probabilities as
/// likely as they get: it minimises the negative log-likelihood.
///
/// @see <a href="https://arxiv.org/abs/1706.04599">Guo et al. 2017</a>
final class Calibration {
  /// Of models that are always right, for whom no factor is large enough.
  static final double MOST = 1024;

  private static final double PRECISION = 1e-12;

  private Calibration() {}

  /// The factor, from 0 (of a model that is no better than chance) to [#MOST].
  ///
  /// @param labels one per example, each below `logits.width()`
  /// @return NaN if a logit is not finite
  static double factor(Predictions logits, int[] labels) {
    // The loss is convex in the factor: its slope rises, and is 0 where the loss is least.
    Slope first = Slope.at(0, logits, labels);
    if (Double.isNaN(first.value()) || first.value() >= 0) {
      return first.value() >= 0 ? 0 : Double.NaN;
    }
    if (Slope.at(MOST, logits, labels).value() <= 0) {
      return MOST;
    }
    double low = 0;
    double high = MOST;
    double factor = 1;
    while (high - low > PRECISION * high) {
      Slope slope = Slope.at(factor, logits, labels);
      if (slope.value() < 0) {
        low = factor;
      } else {
        high = factor;
      }
      double newton = factor - slope.value() / slope.rise();
      if (Math.abs(newton - factor) <= PRECISION * factor) {
        return newton;
      }
      // Newton's step, as long as it stays between what is known to be too small and too large.
      factor = newton > low && newton < high ? newton : (low + high) / 2;
    }
    return high;
  }

  /// Of the loss along the factor.
  ///
  /// @param value the slope
  /// @param rise the slope's own
  private record Slope(double value, double rise) {

    private static Slope at(double factor, Predictions logits, int[] labels) {
      double value = 0;
      double rise = 0;
      for (int example = 0; example < labels.length; example++) {
        double largest = logits.at(example, 0);
        for (int label = 1; label < logits.width(); label++) {
          largest = Math.max(largest, logits.at(example, label));
        }
        double weights = 0;
        double mean = 0;
        double squares = 0;
        for (int label = 0; label < logits.width(); label++) {
          double below = logits.at(example, label) - largest;
          double weight = StrictMath.exp(factor * below);
          weights += weight;
          mean += weight * below;
          squares += weight * below * below;
        }
        mean /= weights;
        value += mean - (logits.at(example, labels[example]) - largest);
        rise += squares / weights - mean * mean;
      }
      return new Slope(value / labels.length, rise / labels.length);
    }
  }
}
