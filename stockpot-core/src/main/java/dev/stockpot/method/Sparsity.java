package dev.stockpot.method;

import dev.stockpot.merge.Layer;
import dev.stockpot.merge.Stage;
import java.util.List;
import java.util.function.Function;

/// Which entries of task vectors are kept.
interface Sparsity {

  /// Finds out what has to be known of the whole tensor, if anything.
  ///
  /// @param next what to do with the mask
  Stage begin(Layer layer, Function<Mask, Stage> next);

  /// Whether everything is kept, so that there is nothing to rescale.
  boolean keepsAll();

  /// Passes over the inputs, about.
  int passes();

  /// Elements that must be seen together.
  default long unit(Layer layer) {
    return 1;
  }

  /// Bytes that a thread takes.
  default long bytes(Layer layer) {
    return 0;
  }

  /// Checks parameters that are fractions.
  ///
  /// @throws IllegalArgumentException naming a value that is negative or no number
  static void checkFractions(String name, List<Double> values) {
    for (double value : values) {
      if (!(value >= 0)) {
        throw new IllegalArgumentException(name + " " + value + " must be at least 0");
      }
    }
  }

  /// Keeps every entry.
  record Everything() implements Sparsity {
    @Override
    public Stage begin(Layer layer, Function<Mask, Stage> next) {
      return next.apply((_, _, _) -> {});
    }

    @Override
    public boolean keepsAll() {
      return true;
    }

    @Override
    public int passes() {
      return 0;
    }
  }
}
