package dev.stockpot.libtorch;

import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.merge.RandomBits;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;

/// Weights before any training, a function of a seed and the tensor's name: uniform in ±1/√fan-in,
/// as PyTorch's layers begin, ones and zeros for norms, N(0, 0.02²) for positions.
final class Initial {
  private static final double POSITIONS = 0.02;

  private Initial() {}

  /// Values of a tensor.
  ///
  /// @param specs of the whole network, by name
  static float[] of(String name, Map<String, TensorSpec> specs, long seed) {
    TensorSpec spec = specs.get(name);
    float[] values = new float[Math.toIntExact(spec.elements())];
    SplittableRandom random = new SplittableRandom(RandomBits.stream(seed, name.hashCode()));
    if (name.endsWith("running_mean")) {
      return values;
    }
    if (name.endsWith("running_var") || name.endsWith(".weight") && spec.shape().size() == 1) {
      Arrays.fill(values, 1);
      return values;
    }
    TensorSpec weight =
        name.endsWith(".bias")
            ? specs.get(name.substring(0, name.length() - ".bias".length()) + ".weight")
            : spec;
    if (weight == null || weight.shape().size() < 2) {
      return values;
    }
    boolean layer = name.endsWith(".bias") || name.endsWith(".weight");
    double bound = 1 / Math.sqrt((double) weight.elements() / weight.shape().getFirst());
    for (int i = 0; i < values.length; i++) {
      values[i] =
          (float)
              (layer ? bound * (2 * random.nextDouble() - 1) : POSITIONS * random.nextGaussian());
    }
    return values;
  }
}
