package dev.stockpot.merge;

import java.util.List;
import java.util.Map;

/// What is to be done next for one tensor: look at all of it once more, or mix.
///
/// A method with reductions is a chain of passes that ends in mixing; one without is mixing at
/// once. The executor streams the inputs through a stage stretch by stretch, in blocks that threads
/// take in any order.
public sealed interface Stage {

  /// Elements that must be seen together: 1, or the length of a row. Stretches are whole units.
  default long unit() {
    return 1;
  }

  /// One look at every element, summed up block by block.
  ///
  /// @param <P> what is known of a part of the tensor
  non-sealed interface Pass<P> extends Stage {
    /// Nothing known yet.
    P start();

    /// Looks at a stretch. Stretches of a block come in order.
    void visit(Stretch stretch, P part);

    /// Adds what is known of the part that follows.
    void add(P total, P part);

    /// What to do when all is known.
    ///
    /// @throws UndefinedResultException if there is nothing to be done with such values
    Stage next(P total);

    /// Whether parts may be added in any order (counts may, sums of floats may not): then there is
    /// one part per thread instead of one per block.
    default boolean anyOrder() {
      return false;
    }

    /// What is visited, if not everything.
    default Sampling sampling() {
      return Sampling.ALL;
    }
  }

  /// Which stretches a pass visits.
  ///
  /// @param everyBlock only each so many-th block, at least 1
  /// @param firstOnly only the first stretch of it
  record Sampling(long everyBlock, boolean firstOnly) {
    /// All of them.
    public static final Sampling ALL = new Sampling(1, false);
  }

  /// The last stage: makes the output's elements from the inputs'.
  non-sealed interface Mixing extends Stage {
    /// Computes a stretch of the output.
    void mix(Stretch stretch, Tile out);

    /// What the user should know of this tensor.
    default List<String> notes() {
      return List.of();
    }

    /// What was found on the way, such as Model Stock's ratio: name → value.
    default Map<String, Double> figures() {
      return Map.of();
    }
  }
}
