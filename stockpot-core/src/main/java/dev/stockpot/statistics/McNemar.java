package dev.stockpot.statistics;

import java.util.BitSet;
import java.util.OptionalDouble;

/// Two classifiers on the same examples: only those that one of them gets and the other does not
/// tell them apart. If they were equally good, each such example would be a toss of a fair coin.
///
/// @param wins examples that only the first gets
/// @param losses examples that only the second gets
/// @see <a href="https://doi.org/10.1007/BF02295996">McNemar 1947</a>
/// @see <a href="https://doi.org/10.1162/089976698300017197">Dietterich 1998, section 3.1</a>
public record McNemar(long wins, long losses) {

  public McNemar {
    if (wins < 0 || losses < 0) {
      throw new IllegalArgumentException(wins + " wins and " + losses + " losses");
    }
  }

  /// Compares which examples were classified correctly.
  public static McNemar of(BitSet first, BitSet second) {
    BitSet wins = (BitSet) first.clone();
    wins.andNot(second);
    BitSet losses = (BitSet) second.clone();
    losses.andNot(first);
    return new McNemar(wins.cardinality(), losses.cardinality());
  }

  /// Examples on which they differ.
  public long discordant() {
    return wins + losses;
  }

  /// How many more the first gets.
  public long gain() {
    return wins - losses;
  }

  /// Chance that fair coins fall at least as unevenly: the exact two-sided test.
  public double pValue() {
    return pValue(Math.max(wins, losses), discordant());
  }

  /// The smallest gain that this many discordant examples could have shown; where there are too few
  /// of them for any, the smallest number of examples, all won, that would do.
  ///
  /// @param level at which a p-value counts as showing something, such as 0.05
  public long smallestGain(double level) {
    long n = discordant();
    while (pValue(n, n) > level) {
      n++;
    }
    return 2 * threshold(n, level) - n;
  }

  /// The smallest expected gain that would show with a given chance among this many discordant
  /// examples; absent where there are too few of them.
  ///
  /// @param level at which a p-value counts as showing something, such as 0.05
  /// @param power the chance, such as 0.8
  public OptionalDouble gainWithPower(double level, double power) {
    long n = discordant();
    if (pValue(n, n) > level) {
      return OptionalDouble.empty();
    }
    long threshold = threshold(n, level);
    double low = 0.5;
    double high = 1;
    while (true) {
      double share = (low + high) / 2;
      if (share <= low || share >= high) {
        return OptionalDouble.of(n * (2 * high - 1));
      }
      if (new Binomial(n, share).atLeast(threshold) < power) {
        low = share;
      } else {
        high = share;
      }
    }
  }

  /// The fewest wins among `n` discordant examples that show something.
  private static long threshold(long n, double level) {
    long low = n / 2;
    long high = n;
    while (high - low > 1) {
      long middle = (low + high) / 2;
      if (pValue(middle, n) > level) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  private static double pValue(long larger, long n) {
    return n == 0 ? 1 : Math.min(1, 2 * new Binomial(n, 0.5).atLeast(larger));
  }
}
