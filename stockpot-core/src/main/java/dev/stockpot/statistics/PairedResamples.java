package dev.stockpot.statistics;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// Whether one candidate does better than another by more than chance, where what they are compared
/// by is no mean over examples, such as F1 or a correlation: it is computed anew on every resample.
///
/// Of several sets of one size each resample takes the same examples of all, since such sets are
/// often made of the same; of others each has its own.
///
/// @param sizes number of examples of each set
/// @param gain by how much the one is better
/// @param draws how often examples are drawn again, or exchanged
/// @param seed of the random numbers
@SuppressWarnings("ArrayRecordComponent") // Not compared.
public record PairedResamples(int[] sizes, Gain gain, int draws, long seed) {

  /// By how much one candidate is better than another.
  public interface Gain {

    /// On other samples of the sets.
    ///
    /// @param samples the examples of each set, of which any may occur several times
    double of(int[][] samples);

    /// With examples exchanged: on these the one gets what the other has got.
    ///
    /// @param swapped which examples of each set
    double of(boolean[][] swapped);
  }

  /// @throws IllegalArgumentException unless there are examples, and draws
  public PairedResamples {
    if (sizes.length == 0 || Arrays.stream(sizes).anyMatch(size -> size < 1) || draws < 1) {
      throw new IllegalArgumentException(draws + " draws from " + Arrays.toString(sizes));
    }
  }

  /// The two-sided p-value: if both were equally good, each example's results could as well have
  /// been exchanged. All exchanges are counted where they are no more than the draws; else some are
  /// drawn, and the observed one counts among them. What cannot be computed counts as chance.
  ///
  /// After E. W. Noreen, Computer-Intensive Methods for Testing Hypotheses, 1989.
  public double pValue() {
    // Sums that differ by a rounding error only are the same.
    double observed = Math.abs(gain.of(new boolean[sizes.length][largest()])) * (1 - 1e-12);
    int coins = together() ? sizes[0] : Arrays.stream(sizes).sum();
    if (coins < 31 && 1 << coins <= draws) {
      int hits = 0;
      for (int way = 0; way < 1 << coins; way++) {
        int bits = way;
        hits += extreme(observed, coin -> (bits >>> coin & 1) == 1);
      }
      return (double) hits / (1 << coins);
    }
    SplittableRandom random = new SplittableRandom(seed);
    int hits = 1;
    for (int draw = 0; draw < draws; draw++) {
      boolean[] tossed = new boolean[coins];
      for (int coin = 0; coin < coins; coin++) {
        tossed[coin] = random.nextBoolean();
      }
      hits += extreme(observed, coin -> tossed[coin]);
    }
    return hits / (1.0 + draws);
  }

  /// Between the quantiles of the gains on samples that are drawn with replacement; those on which
  /// it cannot be computed are left out.
  ///
  /// @param confidence such as 0.95
  /// @return NaN at both ends if it can be computed on none
  public Interval interval(double confidence) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] gains = new double[draws];
    for (int draw = 0; draw < draws; draw++) {
      int[][] samples = new int[sizes.length][];
      for (int set = 0; set < sizes.length; set++) {
        int size = sizes[set];
        samples[set] =
            set > 0 && together()
                ? samples[0]
                : IntStream.generate(() -> random.nextInt(size)).limit(size).toArray();
      }
      gains[draw] = gain.of(samples);
    }
    double[] known = Arrays.stream(gains).filter(Double::isFinite).sorted().toArray();
    return new Interval(
        quantile(known, (1 - confidence) / 2), quantile(known, (1 + confidence) / 2));
  }

  private interface Coins {
    boolean toss(int coin);
  }

  private int extreme(double observed, Coins coins) {
    boolean[][] swapped = new boolean[sizes.length][];
    int coin = 0;
    for (int set = 0; set < sizes.length; set++) {
      swapped[set] = new boolean[sizes[set]];
      for (int example = 0; example < sizes[set]; example++) {
        swapped[set][example] = coins.toss(coin + example);
      }
      coin += together() ? 0 : sizes[set];
    }
    double gained = Math.abs(gain.of(swapped));
    return gained >= observed || Double.isNaN(gained) ? 1 : 0;
  }

  private boolean together() {
    return Arrays.stream(sizes).allMatch(size -> size == sizes[0]);
  }

  private int largest() {
    return Arrays.stream(sizes).max().orElseThrow();
  }

  /// Linear between neighbours.
  private static double quantile(double[] sorted, double probability) {
    if (sorted.length == 0) {
      return Double.NaN;
    }
    double place = probability * (sorted.length - 1);
    int left = (int) place;
    int right = Math.min(left + 1, sorted.length - 1);
    return sorted[left] + (place - left) * (sorted[right] - sorted[left]);
  }
}
