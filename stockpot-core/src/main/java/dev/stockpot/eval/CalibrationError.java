package dev.stockpot.eval;

import java.util.Arrays;
import java.util.Comparator;

/// The expected calibration error (ECE) with equal-mass bins: examples are sorted by confidence, the
/// largest probability, and cut into bins of one size, or sizes that differ by 1, the larger first;
///
///     Σ |bin|/n · |share of the bin that is right − mean confidence of the bin|
///
/// Examples of equal confidence count as equally right, each with the share of them that is, so that
/// their order makes no difference. With fewer examples than bins each is a bin.
///
/// @param bins at least 1
/// @see <a href="https://arxiv.org/abs/1904.01685">Nixon et al. 2019</a>
public record CalibrationError(int bins) implements ExampleMetric {
  /// What the literature mostly has.
  public static final int USUAL_BINS = 15;

  /// @throws IllegalArgumentException unless there is a bin
  public CalibrationError {
    if (bins < 1) {
      throw new IllegalArgumentException(bins + " bins");
    }
  }

  @Override
  public String name() {
    return bins == USUAL_BINS ? "ece" : "ece-" + bins;
  }

  @Override
  public boolean higherIsBetter() {
    return false;
  }

  @Override
  public boolean fits(Targets targets) {
    return targets instanceof Targets.Classes;
  }

  /// Two numbers: the confidence, and 1 if the example is right.
  @Override
  public double[] perExample(Predictions predictions, Targets targets) {
    int[] labels = ((Targets.Classes) targets).labels();
    double[] each = new double[2 * predictions.examples()];
    for (int example = 0; example < predictions.examples(); example++) {
      int largest = predictions.largest(example);
      each[2 * example] = confidence(predictions, example, largest);
      each[2 * example + 1] = largest == labels[example] ? 1 : 0;
    }
    return each;
  }

  @Override
  public double of(double[] perExample, Targets targets) {
    int n = targets.size();
    Integer[] order = new Integer[n];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble(i -> perExample[2 * i]));
    double[] confidence = new double[n];
    double[] right = new double[n];
    for (int i = 0; i < n; i++) {
      confidence[i] = perExample[2 * order[i]];
      right[i] = perExample[2 * order[i] + 1];
    }
    share(confidence, right);
    double error = 0;
    int used = Math.min(bins, n);
    for (int bin = 0, first = 0; bin < used; bin++) {
      int size = n / used + (bin < n % used ? 1 : 0);
      double gap = 0;
      for (int i = first; i < first + size; i++) {
        gap += right[i] - confidence[i];
      }
      error += Math.abs(gap);
      first += size;
    }
    return error / n;
  }

  private static double confidence(Predictions predictions, int example, int largest) {
    double logSumExp = Softmax.logSumExp(predictions, example);
    return largest < 0 ? Double.NaN : Softmax.probability(predictions, example, largest, logSumExp);
  }

  /// Replaces what is right by its mean among those of equal confidence.
  private static void share(double[] confidence, double[] right) {
    for (int first = 0; first < right.length; ) {
      int end = first;
      double sum = 0;
      while (end < right.length && confidence[end] == confidence[first]) {
        sum += right[end++];
      }
      end = Math.max(end, first + 1); // NaN equals nothing.
      if (end > first + 1) {
        Arrays.fill(right, first, end, sum / (end - first));
      }
      first = end;
    }
  }
}
