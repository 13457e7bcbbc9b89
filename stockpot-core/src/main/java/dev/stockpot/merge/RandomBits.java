package dev.stockpot.merge;

import java.util.stream.IntStream;

/// Random numbers that are a function of a seed and a position: the same for any thread and order.
///
/// @see <a href="https://doi.org/10.1145/2714064.2660195">Steele, Lea and Flood 2014, "Fast
///   splittable pseudorandom number generators"</a> (SplitMix64)
public final class RandomBits {
  private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

  /// Positions for which numbers are drawn together.
  private static final int WINDOW = 2048;

  /// One mix gives the numbers of two positions, that far apart.
  private static final int HALF = WINDOW / 2;

  /// Multiples of an odd number: positions, spread over all bits.
  private static final int SPREAD = 0x9E37_79B1;

  private static final int[] RAMP = IntStream.range(0, HALF).map(i -> i * SPREAD).toArray();

  private RandomBits() {}

  /// The seed of stream `k`, such as one ingredient's.
  public static long stream(long seed, int k) {
    return mix(seed + (k + 1) * GOLDEN);
  }

  /// A number in `[0, 1)` with 53 random bits: that of position `index`.
  public static double uniform(long stream, long index) {
    return (mix(stream + (index + 1) * GOLDEN) >>> 11) * 0x1p-53;
  }

  /// Chooses positions with a probability, each by itself: 1 for those chosen, else 0.
  ///
  /// The two halves of a keyed mix of 32 bits, which the compiler turns into vector code, are the
  /// numbers of two positions. What the probability has beyond 16 bits is made up for by some
  /// windows that take the next larger multiple of 2⁻¹⁶, at random, so that every position is
  /// chosen with the probability itself.
  ///
  /// @param from the first position, a multiple of 2048
  /// @param chosen has room for 2048, or for `n` if that is more
  public static void choose(long stream, long from, int n, double probability, int[] chosen) {
    double scaled = Math.clamp(probability, 0.0, 1.0) * 0x1p16;
    for (int at = 0; at < n; at += WINDOW) {
      long window = (from + at) / WINDOW;
      int threshold = (int) (scaled + uniform(~stream, window));
      long position = window * HALF;
      long key = mix(stream + ((position >>> 32) + 1) * GOLDEN);
      int[] part = at == 0 ? chosen : new int[WINDOW];
      choose((int) position * SPREAD, (int) key, (int) (key >>> 32), threshold, part);
      if (at > 0) {
        System.arraycopy(part, 0, chosen, at, Math.min(WINDOW, n - at));
      }
    }
  }

  /// 1 where half of the mix of a position is below the threshold, else 0.
  private static void choose(int start, int first, int second, int threshold, int[] chosen) {
    for (int i = 0; i < HALF; i++) {
      int x = (RAMP[i] + start) ^ first;
      x = ((x ^ (x >>> 15)) * 0x85EB_CA77) ^ second;
      x = (x ^ (x >>> 13)) * 0xC2B2_AE3D;
      x ^= x >>> 16;
      chosen[i] = ((x >>> 16) - threshold) >>> 31;
      chosen[i + HALF] = ((x & 0xFFFF) - threshold) >>> 31;
    }
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
    return z ^ (z >>> 31);
  }
}
