package dev.stockpot.statistics;

import dev.stockpot.statistics.Differences.Values;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// Whether a mean difference between two candidates is more than chance: if they were equally good,
/// each example's difference could as well have had the other sign.
///
/// All ways to choose signs are counted where they are few; else some are drawn. Where examples are
/// right or wrong, this is the exact test of [McNemar].
///
/// After R. A. Fisher, The Design of Experiments, 1935, section 21.
public final class SignFlips {
  /// Most ways to choose signs that are counted one by one.
  private static final double COUNTED = 1 << 20;

  /// Sums that differ by a rounding error only are the same.
  private static final double SAME = 1 - 1e-12;

  private final double[] sizes;
  private final long[] counts;
  private final double observed;

  private SignFlips(double[] sizes, long[] counts, double observed) {
    this.sizes = sizes;
    this.counts = counts;
    this.observed = observed;
  }

  /// The two-sided p-value.
  ///
  /// @param draws how many choices of signs are drawn where they cannot all be counted
  /// @param seed of the random numbers
  public static double pValue(Differences differences, int draws, long seed) {
    SortedMap<Double, Long> sizes = new TreeMap<>();
    for (Values set : differences.sets()) {
      for (int i = 0; i < set.size(); i++) {
        double size = Math.abs(set.value(i)) / set.examples() / differences.sets().size();
        if (size > 0) {
          sizes.merge(size, set.count(i), Long::sum);
        }
      }
    }
    SignFlips flips =
        new SignFlips(
            sizes.keySet().stream().mapToDouble(Double::doubleValue).toArray(),
            sizes.values().stream().mapToLong(Long::longValue).toArray(),
            Math.abs(differences.mean()) * SAME);
    double ways = 1;
    for (long count : flips.counts) {
      ways *= count + 1;
    }
    return Math.min(1, ways <= COUNTED ? flips.counted(0, 0, 1) : flips.drawn(draws, seed));
  }

  /// The chance of signs that give at least the observed difference.
  ///
  /// @param from index of the first size whose signs are not chosen
  /// @param sum of those before
  /// @param chance of the signs of those before
  private double counted(int from, double sum, double chance) {
    if (from == sizes.length) {
      return Math.abs(sum) >= observed ? chance : 0;
    }
    Binomial positive = new Binomial(counts[from], 0.5);
    double total = 0;
    for (long k = 0; k <= counts[from]; k++) {
      double next = sum + sizes[from] * (2 * k - counts[from]);
      total += counted(from + 1, next, chance * positive.at(k));
    }
    return total;
  }

  /// The share of random signs that give at least the observed difference; the observed signs count
  /// among them, so that it is never 0.
  private double drawn(int draws, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int hits = 1;
    for (int draw = 0; draw < draws; draw++) {
      double sum = 0;
      long bits = 0;
      int left = 0;
      for (int i = 0; i < sizes.length; i++) {
        if (counts[i] == 1) {
          if (left == 0) {
            bits = random.nextLong();
            left = Long.SIZE;
          }
          sum += (bits & 1) == 0 ? sizes[i] : -sizes[i];
          bits >>>= 1;
          left--;
        } else {
          sum += sizes[i] * (2 * new Binomial(counts[i], 0.5).draw(random) - counts[i]);
        }
      }
      hits += Math.abs(sum) >= observed ? 1 : 0;
    }
    return hits / (1.0 + draws);
  }
}
