package dev.stockpot.merge;

import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// A histogram of the keys of magnitudes ([Tile#key]) in `[low, low + bins·2^shift)`.
///
/// @param bins counts; bin `j` holds the keys `low + j·2^shift` up to the next bin's
/// @param above keys at or above the end: one count, in an array of one
@SuppressWarnings("ArrayRecordComponent") // never compared
public record KeyCounts(long low, int shift, long[] bins, long[] above) {
  /// Bins of counts that were [dropped][#drop], all 0: a megabyte each, new ones for every pass
  /// would fill the heap before they are collected.
  private static final Queue<long[]> SPARE = new ConcurrentLinkedQueue<>();

  /// Nothing counted yet.
  ///
  /// @param low first key of the first bin
  /// @param shift a bin is `2^shift` keys wide
  public static KeyCounts of(long low, int shift, int bins) {
    long[] spare = bins == 0 ? null : SPARE.poll();
    boolean fits = spare != null && spare.length == bins;
    return new KeyCounts(low, shift, fits ? spare : new long[bins], new long[1]);
  }

  /// Lets others have the bins; these counts are not used any more.
  public void drop() {
    if (bins.length > 0) {
      Arrays.fill(bins, 0);
      SPARE.add(bins);
    }
  }

  /// Adds another thread's counts of the same bins.
  public void add(KeyCounts other) {
    for (int i = 0; i < bins.length; i++) {
      bins[i] += other.bins[i];
    }
    above[0] += other.above[0];
  }
}
