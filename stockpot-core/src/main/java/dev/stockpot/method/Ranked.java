package dev.stockpot.method;

import dev.stockpot.merge.Stretch;
import dev.stockpot.merge.Tile;

/// Numbers, one per element, whose magnitudes are ranked: task vectors, or what a method makes of
/// all inputs.
interface Ranked {
  /// How many rankings there are.
  int rankings();

  /// The numbers of ranking `j`; the tile may be scratch of the stretch, from number `0` on.
  Tile values(Stretch stretch, int j);

  /// Elements that must be seen together.
  default long unit() {
    return 1;
  }
}
