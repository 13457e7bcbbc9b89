package dev.stockpot.method;

import dev.stockpot.merge.Stretch;
import dev.stockpot.merge.Tile;

/// The vectors between which a method measures angles.
///
/// An element at which any of them is not finite counts as 0 in all of them, so that one NaN does
/// not spoil a tensor.
///
/// @param count number of vectors
/// @param fromBase whether they are the task vectors dᵢ = wᵢ − b, with the base as input 0; else
///   the inputs themselves
record Vectors(int count, boolean fromBase) {

  /// The inputs themselves.
  static Vectors inputs(int count) {
    return new Vectors(count, false);
  }

  /// The task vectors of so many ingredients.
  static Vectors deltas(int count) {
    return new Vectors(count, true);
  }

  /// The inputs of a tensor: with the base, if there is one.
  int width() {
    return fromBase ? count + 1 : count;
  }

  /// Their elements in a stretch, as they are.
  Tile[] of(Stretch stretch) {
    Tile[] tiles = new Tile[count];
    for (int i = 0; i < count; i++) {
      tiles[i] = fromBase ? stretch.scratch(i) : stretch.input(i);
      if (fromBase) {
        tiles[i].difference(stretch.input(i + 1), stretch.input(0));
      }
    }
    return tiles;
  }

  /// The products of a stretch's elements `[from, from + n)`.
  ///
  /// @param tiles as [#of] gave them; they are changed where something is not finite
  Gram gram(Stretch stretch, Tile[] tiles, int from, int n) {
    Gram gram = Gram.of(tiles, from, n);
    if (gram.isFinite()) {
      return gram;
    }
    blank(stretch, tiles);
    return Gram.of(tiles, from, n);
  }

  private void blank(Stretch stretch, Tile[] tiles) {
    for (int i = 0; i < count; i++) {
      Tile copy = stretch.scratch(i);
      if (copy != tiles[i]) {
        copy.copy(tiles[i]);
        tiles[i] = copy;
      }
    }
    for (int e = 0; e < stretch.length(); e++) {
      if (!isFinite(tiles, e)) {
        for (Tile tile : tiles) {
          tile.put(e, 0);
        }
      }
    }
  }

  private static boolean isFinite(Tile[] tiles, int e) {
    for (Tile tile : tiles) {
      if (!Double.isFinite(tile.at(e))) {
        return false;
      }
    }
    return true;
  }
}
