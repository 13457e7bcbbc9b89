package dev.stockpot.merge;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// The same stretch of every input of a tensor, widened exactly. Belongs to one thread.
public final class Stretch {
  private final Supplier<Tile> tiles;
  private final List<Tile> inputs = new ArrayList<>();
  private final List<Tile> scratch = new ArrayList<>();
  private long from;
  private int length;
  private int width;

  Stretch(Supplier<Tile> tiles) {
    this.tiles = tiles;
  }

  /// Index of the first element.
  public long from() {
    return from;
  }

  /// Number of elements.
  public int length() {
    return length;
  }

  /// Input `k`, in the order of the step; not to be changed.
  public Tile input(int k) {
    return inputs.get(k);
  }

  /// A tile to work with, as long as the inputs, with anything in it. It keeps what is put there
  /// only while this stretch is looked at.
  public Tile scratch(int j) {
    while (scratch.size() <= j) {
      scratch.add(tiles.get());
    }
    Tile tile = scratch.get(j);
    if (tile.length() != length) {
      tile.resize(length);
    }
    return tile;
  }

  /// Whether no input has NaN or infinity at element `i`.
  boolean isFinite(int i) {
    return inputs.stream().limit(width).allMatch(input -> input.isFinite(i));
  }

  /// Moves on; the inputs are to be filled afterwards.
  void move(long newFrom, int newLength, int k) {
    from = newFrom;
    length = newLength;
    width = k;
    while (inputs.size() < k) {
      inputs.add(tiles.get());
    }
    for (int i = 0; i < k; i++) {
      inputs.get(i).resize(newLength);
    }
  }
}
