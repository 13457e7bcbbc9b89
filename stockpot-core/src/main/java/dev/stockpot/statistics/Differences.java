package dev.stockpot.statistics;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// By how much one candidate did better than another, example by example, on one set or on several
/// that count alike.
///
/// The difference between the two is the mean over sets of the mean over examples. Where examples
/// differ by few values only, as right or wrong does, no more than their counts is kept.
public final class Differences {
  /// Most distinct values of which only counts are kept.
  private static final int FEW = 64;

  private final List<Values> sets;

  private Differences(List<Values> sets) {
    this.sets = sets;
  }

  /// Differences on sets that have no example in common.
  ///
  /// @param sets the differences on each, at least one of each
  /// @throws IllegalArgumentException if there are none, or some are not finite
  public static Differences of(List<double[]> sets) {
    if (sets.isEmpty()) {
      throw new IllegalArgumentException("differences on no set");
    }
    return new Differences(sets.stream().map(Values::of).toList());
  }

  /// Differences on one set.
  public static Differences of(double... examples) {
    return of(List.of(examples));
  }

  /// The mean over sets of the means over examples.
  public double mean() {
    double sum = 0;
    for (Values set : sets) {
      sum += set.mean();
    }
    return sum / sets.size();
  }

  /// Number of examples in all sets.
  public long examples() {
    return sets.stream().mapToLong(set -> set.examples).sum();
  }

  /// Whether no more than counts of a few values is kept, so that resampling costs nothing.
  public boolean isCounted() {
    return sets.stream().allMatch(Values::isCounted);
  }

  List<Values> sets() {
    return sets;
  }

  /// The differences on one set: values, each with the number of examples that have it, or, where
  /// they are many, each example's.
  static final class Values {
    private final double[] values;
    private final long[] counts;
    private final long examples;

    private Values(double[] values, long[] counts, long examples) {
      this.values = values;
      this.counts = counts;
      this.examples = examples;
    }

    private static Values of(double[] examples) {
      if (examples.length == 0) {
        throw new IllegalArgumentException("differences on no example");
      }
      SortedMap<Double, Long> counts = new TreeMap<>();
      for (double value : examples) {
        if (!Double.isFinite(value)) {
          throw new IllegalArgumentException("a difference of " + value);
        }
        if (counts.size() <= FEW) {
          // Adding 0 makes the two zeros one.
          counts.merge(value + 0.0, 1L, Long::sum);
        }
      }
      return counts.size() <= FEW
          ? new Values(
              counts.keySet().stream().mapToDouble(Double::doubleValue).toArray(),
              counts.values().stream().mapToLong(Long::longValue).toArray(),
              examples.length)
          : new Values(examples.clone(), new long[0], examples.length);
    }

    /// Number of values.
    int size() {
      return values.length;
    }

    double value(int i) {
      return values[i];
    }

    /// How many examples have a value.
    long count(int i) {
      return isCounted() ? counts[i] : 1;
    }

    /// Whether values have counts, rather than standing for one example each.
    boolean isCounted() {
      return counts.length > 0;
    }

    long examples() {
      return examples;
    }

    double mean() {
      double sum = 0;
      for (int i = 0; i < values.length; i++) {
        sum += values[i] * count(i);
      }
      return sum / examples;
    }
  }
}
