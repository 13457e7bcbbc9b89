package dev.stockpot.search;

import java.util.List;
import java.util.Set;

/// A way to make something of the ingredients. A new one is a class and a line in [Recipes#ALL].
public interface Recipe {

  /// As files and results name it, such as `greedy`.
  String name();

  /// What it cannot do without.
  default Set<Need> needs() {
    return Set.of();
  }

  /// Chooses, looking at scores on `select` only.
  ///
  /// @return what it recommends, under its own name; then, under names of their own, what else is
  ///   worth reporting, such as the points of a curve
  List<Choice> choose(Kitchen kitchen);

  /// What a kitchen may not have.
  enum Need {
    /// Predictions of every example, which not every evaluator gives.
    PREDICTIONS,
    /// The pre-trained model.
    BASE
  }
}
