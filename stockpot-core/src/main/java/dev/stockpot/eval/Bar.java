package dev.stockpot.eval;

import java.util.Optional;

/// What a candidate has to reach.
///
/// @param order of the examples, each once: those that tell bad candidates soonest come first
/// @param weights of the examples, in the order of the set, where the metric that is chosen by is a
///   [WeightedMetric] and they are known
/// @param score of the metric that is chosen by: whether it would do; everything does, if left out
@SuppressWarnings("ArrayRecordComponent") // Plain numbers; bars are not compared.
public record Bar(int[] order, Optional<double[]> weights, Optional<Test> score) {

  /// Whether a score would do. If it would not, neither would a worse one.
  public interface Test {
    boolean passes(double score);
  }

  /// A bar that everything passes: a candidate is measured on all examples.
  public static Bar none(int[] order) {
    return new Bar(order, Optional.empty(), Optional.empty());
  }
}
