package dev.stockpot.merge;

import java.util.Arrays;
import java.util.stream.IntStream;

/// Random numbers that are a function of a seed and a position: the same for any thread and order.
///
/// @see <a href="https://doi.org/10.1145/2714064.2660195">Steele, Lea and Flood 2014, "Fast
///   splittable pseudorandom number generators"</a> (SplitMix64)
public final class RandomBits {
  private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

  /// Multiples of an odd number: positions, spread over all bits.
  private static final int SPREAD = 0x9E37_79B1;

  private static final int[] RAMP = IntStream.range(0, 2048).map(i -> i * SPREAD).toArray();

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
  /// The upper 31 bits of a keyed mix of 32, which the compiler turns into vector code; the
  /// probability is rounded to a multiple of 2⁻³¹.
  ///
  /// @param from the first position
  public static void choose(long stream, long from, int n, double probability, int[] chosen) {
    long threshold = Math.round(Math.clamp(probability, 0.0, 1.0) * 0x1p31);
    if (threshold == 1L << 31) {
      Arrays.fill(chosen, 0, n, 1);
      return;
    }
    for (int at = 0; at < n; ) {
      // Positions that have their upper 32 bits in common.
      long left = (1L << 32) - ((from + at) & 0xFFFF_FFFFL);
      int m = (int) Math.min(Math.min(n - at, RAMP.length), left);
      long key = mix(stream + (((from + at) >>> 32) + 1) * GOLDEN);
      int[] part = at == 0 ? chosen : new int[m];
      choose((int) (from + at) * SPREAD, (int) key, (int) (key >>> 32), (int) threshold, m, part);
      if (at > 0) {
        System.arraycopy(part, 0, chosen, at, m);
      }
      at += m;
    }
  }

  /// 1 where the mix of a position is below the threshold, else 0.
  private static void choose(int start, int first, int second, int threshold, int n, int[] chosen) {
    for (int i = 0; i < n; i++) {
      int x = (RAMP[i] + start) ^ first;
      x = ((x ^ (x >>> 15)) * 0x85EB_CA77) ^ second;
      x = (x ^ (x >>> 13)) * 0xC2B2_AE3D;
      chosen[i] = ((x >>> 1) - threshold) >>> 31;
    }
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
    return z ^ (z >>> 31);
  }
}
