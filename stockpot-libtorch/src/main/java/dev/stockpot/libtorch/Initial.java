package dev.stockpot.libtorch;

import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.merge.RandomBits;
import java.util.Arrays;
import java.util.SplittableRandom;

/// Weights before any training, a function of a seed and the tensor's name: uniform in ±1/√fan-in,
/// as PyTorch's layers begin, ones and zeros for norms, N(0, 0.02²) for positions.
final class Initial {
  private static final double POSITIONS = 0.02;

  private Initial() {}

  /// Values of a tensor.
  static float[] of(TensorSpec spec, long seed) {
    String name = spec.name();
    float[] values = new float[Math.toIntExact(spec.elements())];
    SplittableRandom random = new SplittableRandom(RandomBits.stream(seed, name.hashCode()));
    if (name.endsWith("running_mean")) {
      return values;
    }
    if (name.endsWith("running_var") || (name.endsWith(".weight") && spec.shape().size() == 1)) {
      Arrays.fill(values, 1);
      return values;
    }
    if (name.endsWith(".bias")) {
      return values;
    }
    double inputs = (double) spec.elements() / Math.max(1, spec.shape().getFirst());
    // The variance that keeps that of the signal: half of it is lost in the ReLU after a
    // convolution.
    double bound = Math.sqrt((spec.shape().size() > 2 ? 6 : 3) / inputs);
    boolean layer = name.endsWith(".weight") && spec.shape().size() > 1;
    for (int i = 0; i < values.length; i++) {
      values[i] =
          (float)
              (layer ? bound * (2 * random.nextDouble() - 1) : POSITIONS * random.nextGaussian());
    }
    return values;
  }
}
