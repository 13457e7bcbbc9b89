package dev.stockpot.merge;

import java.util.Optional;
import java.util.OptionalLong;

/// A histogram of the keys of magnitudes ([Tile#key]) in `[low, low + 2^(shift + bits))`, and how
/// many are above. One key that is likely to be frequent, as in differences of bfloat16, is counted
/// by itself, which is quicker.
public final class KeyCounts {
  private final long low;
  private final int shift;
  private final long guess;
  private final long[] counts;

  /// Bits that are set in some key of a bin, and bits that are not in some.
  private final long[] ones;

  private final long[] zeros;
  private long above;
  private long guessed;

  /// Nothing counted yet.
  ///
  /// @param bits there are `2^bits` bins; bin `j` holds the keys from `low + j·2^shift` on
  /// @param guess a key in the bins that is counted by itself, or −1
  public KeyCounts(long low, int shift, int bits, long guess) {
    this.low = low;
    this.shift = shift;
    this.guess = guess;
    counts = new long[1 << bits];
    ones = new long[1 << bits];
    zeros = new long[1 << bits];
  }

  /// Bytes that the counts take.
  public static long bytes(int bits) {
    return (3L * Long.BYTES) << bits;
  }

  /// The only key of a bin, or the range in which its keys are.
  ///
  /// @param key if it is the only one
  /// @param low smallest key that the bin may have
  /// @param count how many keys it has
  /// @param above keys above the bin
  public record Bin(OptionalLong key, long low, long count, long above) {}

  /// The bin in which the key of a rank is; empty if it is outside of all.
  ///
  /// @param rank from 1 on; 1 is the largest key
  public Optional<Bin> find(long rank) {
    long before = above;
    for (int bin = counts.length - 1; bin >= 0 && before < rank; bin--) {
      long count = counts[bin] + (isGuess(bin) ? guessed : 0);
      if (before + count >= rank) {
        return Optional.of(new Bin(only(bin), low + ((long) bin << shift), count, before));
      }
      before += count;
    }
    return Optional.empty();
  }

  private OptionalLong only(int bin) {
    boolean withGuess = isGuess(bin) && guessed > 0;
    long set = ones[bin] | (withGuess ? guess : 0);
    long clear = zeros[bin] | (withGuess ? ~guess : 0);
    return (set & clear) == 0 ? OptionalLong.of(set) : OptionalLong.empty();
  }

  private boolean isGuess(int bin) {
    return guess >= 0 && bin(guess) == bin;
  }

  private int bin(long key) {
    return (int) ((key - low) >>> shift);
  }

  /// Adds another thread's counts of the same bins.
  public void add(KeyCounts other) {
    above += other.above;
    guessed += other.guessed;
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
      ones[i] |= other.ones[i];
      zeros[i] |= other.zeros[i];
    }
  }

  long low() {
    return low;
  }

  /// The last key that belongs into a bin.
  ///
  /// @param largest of all keys
  long last(long largest) {
    long end = low + ((long) counts.length << shift);
    // An end beyond the largest key may have gone round.
    return end <= 0 || end > largest ? largest : end - 1;
  }

  long guess() {
    return guess;
  }

  /// Counts a key in its bin.
  void put(long key) {
    int bin = bin(key);
    counts[bin]++;
    ones[bin] |= key;
    zeros[bin] |= ~key;
  }

  /// Counts keys that are the guess, and keys above the bins.
  void put(int ofGuess, int aboveBins) {
    guessed += ofGuess;
    above += aboveBins;
  }
}
