package dev.stockpot.checkpoint;

import java.util.Optional;
import java.util.OptionalDouble;

/// How two tensors of one shape differ, and how both have moved from a third: norms and dot
/// products, which add up over tensors.
///
/// Elements that are not finite in any of the tensors are counted and otherwise left out. Sums run
/// in float64: within tiles of [Elements#TILE] in the order of the elements, then the tiles' sums
/// in order. Integers are compared as float64, so beyond 2^53 only [#differing] is exact.
///
/// @param elements number of elements
/// @param differing how many are not the same number; a NaN is the same as a NaN, 0 as −0
/// @param notFinite how many are left out
/// @param largest the largest |a − b|
/// @param pair of a and b
/// @param difference Σ (a − b)²
/// @param moves the pair of a − base and b − base, if there is a base
public record TensorComparison(
    long elements,
    long differing,
    long notFinite,
    double largest,
    Pair pair,
    double difference,
    Optional<Pair> moves) {

  /// Two vectors seen from one origin.
  ///
  /// @param squaresA Σ a²
  /// @param squaresB Σ b²
  /// @param dot Σ ab
  public record Pair(double squaresA, double squaresB, double dot) {

    /// ‖a‖.
    public double normA() {
      return Math.sqrt(squaresA);
    }

    /// ‖b‖.
    public double normB() {
      return Math.sqrt(squaresB);
    }

    /// Between −1 and 1; absent if one of both is zero.
    public OptionalDouble cosine() {
      double norms = normA() * normB();
      return norms > 0
          ? OptionalDouble.of(Math.clamp(dot / norms, -1.0, 1.0))
          : OptionalDouble.empty();
    }

    /// In degrees; absent if one of both is zero.
    public OptionalDouble angleDegrees() {
      OptionalDouble cosine = cosine();
      return cosine.isPresent()
          ? OptionalDouble.of(Math.toDegrees(Math.acos(cosine.getAsDouble())))
          : OptionalDouble.empty();
    }

    Pair plus(Pair other) {
      return new Pair(squaresA + other.squaresA, squaresB + other.squaresB, dot + other.dot);
    }
  }

  /// Of nothing, to add to.
  ///
  /// @param withBase whether to add comparisons with a base
  public static TensorComparison none(boolean withBase) {
    Pair zero = new Pair(0, 0, 0);
    return new TensorComparison(
        0, 0, 0, 0, zero, 0, withBase ? Optional.of(zero) : Optional.empty());
  }

  /// Of this and another tensor together. The moves are those of tensors that have a base.
  public TensorComparison plus(TensorComparison other) {
    return new TensorComparison(
        elements + other.elements,
        differing + other.differing,
        notFinite + other.notFinite,
        Math.max(largest, other.largest),
        pair.plus(other.pair),
        difference + other.difference,
        moves.map(ours -> other.moves.map(ours::plus).orElse(ours)));
  }

  /// ‖a − b‖.
  public double norm() {
    return Math.sqrt(difference);
  }

  /// ‖a − b‖ / max(‖a‖, ‖b‖), from 0 to 2; 0 if both are zero.
  public double relative() {
    double larger = Math.max(pair.normA(), pair.normB());
    return larger == 0 ? 0 : norm() / larger;
  }
}
