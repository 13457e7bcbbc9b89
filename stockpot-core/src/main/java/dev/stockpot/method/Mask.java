package dev.stockpot.method;

import dev.stockpot.merge.Stretch;
import dev.stockpot.merge.Tile;

/// Erases the entries of task vectors that are not kept. The same for any thread and order.
interface Mask {
  /// Erases entries of ingredient `k`'s task vector.
  void apply(Stretch stretch, int k, Tile delta);

  /// The same; what is left is multiplied by `a`, then by `b`.
  default void apply(Stretch stretch, int k, Tile delta, double a, double b) {
    apply(stretch, k, delta);
    delta.scale(a, b);
  }

  /// Elements that must be seen together.
  default long unit() {
    return 1;
  }
}
