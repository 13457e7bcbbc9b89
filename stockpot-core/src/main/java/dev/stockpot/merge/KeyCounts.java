package dev.stockpot.merge;

/// A histogram of the keys of magnitudes ([Tile#key]) in `[low, low + bins·2^shift)`.
///
/// @param bins counts; bin `j` holds the keys `low + j·2^shift` up to the next bin's
/// @param above keys at or above the end: one count, in an array of one
@SuppressWarnings("ArrayRecordComponent") // never compared
public record KeyCounts(long low, int shift, long[] bins, long[] above) {

  /// Nothing counted yet.
  ///
  /// @param low first key of the first bin
  /// @param shift a bin is `2^shift` keys wide
  public static KeyCounts of(long low, int shift, int bins) {
    return new KeyCounts(low, shift, new long[bins], new long[1]);
  }

  /// Adds another thread's counts of the same bins.
  public void add(KeyCounts other) {
    for (int i = 0; i < bins.length; i++) {
      bins[i] += other.bins[i];
    }
    above[0] += other.above[0];
  }
}
