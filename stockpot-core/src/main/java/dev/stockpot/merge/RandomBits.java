package dev.stockpot.merge;

/// Random numbers that are a function of a seed and a position: the same for any thread and order.
///
/// @see <a href="https://doi.org/10.1145/2714064.2660195">Steele, Lea and Flood 2014, "Fast
///   splittable pseudorandom number generators"</a> (SplitMix64)
public final class RandomBits {
  private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

  private RandomBits() {}

  /// The seed of stream `k`, such as one ingredient's.
  public static long stream(long seed, int k) {
    return mix(seed + (k + 1) * GOLDEN);
  }

  /// A number in `[0, 1)` with 53 random bits: that of position `index`.
  public static double uniform(long stream, long index) {
    return (mix(stream + (index + 1) * GOLDEN) >>> 11) * 0x1p-53;
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
    return z ^ (z >>> 31);
  }
}
