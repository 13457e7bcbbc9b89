package dev.stockpot.method;

import dev.stockpot.merge.Stretch;
import dev.stockpot.merge.Tile;

/// Where the largest magnitudes of a tensor end: those with a larger key are above the cut, and of
/// those with the same key the ones of lowest index, up to a position.
///
/// @param key of the smallest magnitude above the cut
/// @param from first index of the stretch in which the last element above the cut lies
/// @param quota how many elements of that stretch with this key are above the cut
record Cut(long key, long from, int quota) {
  /// Nothing is above the cut.
  static final Cut NOTHING = new Cut(Long.MAX_VALUE, 0, 0);

  /// Everything is above the cut.
  static final Cut EVERYTHING = ofKey(0);

  /// All elements with at least this key are above the cut.
  static Cut ofKey(long key) {
    return new Cut(key, Long.MAX_VALUE, 0);
  }

  /// Whether nothing is above the cut.
  boolean isNothing() {
    return key == Long.MAX_VALUE;
  }

  /// Whether everything is above the cut.
  boolean isEverything() {
    return key == 0 && from == Long.MAX_VALUE;
  }

  /// Erases what is not above the cut.
  void eraseBelow(Stretch stretch, Tile values) {
    values.eraseBelow(key, quota(stretch));
  }

  /// Erases what is above the cut.
  void eraseAbove(Stretch stretch, Tile values) {
    values.eraseAbove(key, quota(stretch));
  }

  private int quota(Stretch stretch) {
    if (stretch.from() < from) {
      return Integer.MAX_VALUE;
    }
    return stretch.from() == from ? quota : 0;
  }
}
