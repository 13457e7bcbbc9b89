package dev.stockpot.diagnose;

import java.util.List;
import java.util.Optional;

/// What one reading of a tensor tells of all ingredients.
///
/// @param name of the tensor
/// @param shape of the tensor
/// @param fromBase whether the products are those of the ingredients' differences from the base,
///   with the base as the last vector; else those of their weights
/// @param products elements that are not finite in one of the models count as 0 in all of them
/// @param faults of each model, the base last
/// @param hashes of each model's values, the base last
record Layer(
    String name,
    List<Long> shape,
    boolean fromBase,
    DotProducts products,
    List<Faults> faults,
    List<Long> hashes) {

  /// Elements that are no numbers to compute with.
  record Faults(long nans, long infinities) {
    static final Faults NONE = new Faults(0, 0);

    Faults plus(Faults more) {
      return new Faults(nans + more.nans, infinities + more.infinities);
    }
  }

  long elements() {
    return shape.stream().reduce(1L, (a, b) -> a * b);
  }

  /// A matrix or more: a layer that starts from random numbers, rather than from 0 or 1.
  boolean isMatrix() {
    return shape.size() > 1 && elements() > 1;
  }

  /// Statistics of activations, which training does not learn.
  boolean isRunningStatistic() {
    return name.endsWith("running_mean") || name.endsWith("running_var");
  }

  /// Of the differences from the base; from the mean of the ingredients, if there is no base.
  DotProducts moves() {
    return fromBase ? products.withoutLast() : products.aroundMean();
  }

  /// Of the ingredients' weights.
  DotProducts weights() {
    return fromBase ? products.plusLast() : products;
  }

  /// Of the base.
  Optional<Double> baseNorm() {
    return fromBase ? Optional.of(products.norm(products.size() - 1)) : Optional.empty();
  }
}
