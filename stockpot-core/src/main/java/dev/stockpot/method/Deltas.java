package dev.stockpot.method;

import dev.stockpot.merge.Stretch;
import dev.stockpot.merge.Tile;

/// The task vectors dᵢ = wᵢ − b; the base is input 0.
record Deltas(int rankings) implements Ranked {

  @Override
  public Tile values(Stretch stretch, int j) {
    Tile delta = stretch.scratch(0);
    delta.difference(stretch.input(j + 1), stretch.input(0));
    return delta;
  }
}
