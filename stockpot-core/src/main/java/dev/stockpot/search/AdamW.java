package dev.stockpot.search;

/// Adam without weight decay, on a few numbers.
///
/// @see <a href="https://arxiv.org/abs/1711.05101">Loshchilov and Hutter 2019, "Decoupled Weight
///   Decay Regularization"</a>
final class AdamW {
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-8;

  private final double learningRate;
  private final double[] mean;
  private final double[] square;
  private int steps;

  AdamW(int n, double learningRate) {
    this.learningRate = learningRate;
    mean = new double[n];
    square = new double[n];
  }

  /// Takes a step down a slope.
  void step(double[] values, double[] gradient) {
    steps++;
    double meanShare = 1 - Math.pow(BETA1, steps);
    double squareShare = 1 - Math.pow(BETA2, steps);
    for (int i = 0; i < values.length; i++) {
      mean[i] = BETA1 * mean[i] + (1 - BETA1) * gradient[i];
      square[i] = BETA2 * square[i] + (1 - BETA2) * gradient[i] * gradient[i];
      values[i] -=
          learningRate * (mean[i] / meanShare) / (Math.sqrt(square[i] / squareShare) + EPSILON);
    }
  }
}
