package dev.stockpot.search;

/// A way to choose ingredients. A new one is a class and a line in [Recipes#ALL].
public interface Recipe {

  /// As files and results name it, such as `greedy`.
  String name();

  /// Whether it works on logits, which not every evaluator gives.
  default boolean needsLogits() {
    return false;
  }

  /// Chooses, looking at scores on `select` only.
  Choice choose(Kitchen kitchen);
}
