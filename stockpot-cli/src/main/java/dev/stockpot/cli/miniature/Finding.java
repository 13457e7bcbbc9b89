package dev.stockpot.cli.miniature;

import dev.stockpot.statistics.Bootstrap;
import dev.stockpot.statistics.Differences;
import dev.stockpot.statistics.Interval;
import java.util.List;

/// What the pools say to a claim.
///
/// @param values one per pool that gives a number
/// @param mean of the values; NaN if there are none
/// @param interval 95 % for the mean over other such pools (BCa bootstrap); of the values' extremes
///   for a claim about every pool
public record Finding(
    Claim claim, List<Double> values, double mean, Interval interval, Outcome outcome) {
  /// Fewer pools say nothing, whatever they say.
  static final int FEWEST = 5;

  private static final int RESAMPLES = 10_000;
  private static final long SEED = 1;
  private static final double CONFIDENCE = 0.95;

  /// How a claim fared.
  public enum Outcome {
    REPRODUCED("reproduced"),
    CONTRADICTED("**contradicted**"),
    OPEN("**open**");

    private final String word;

    Outcome(String word) {
      this.word = word;
    }

    /// In words, bold where the claim did not reproduce.
    public String word() {
      return word;
    }
  }

  public Finding {
    values = List.copyOf(values);
  }

  /// Tests a claim on pools.
  ///
  /// It is reproduced if all of the interval lies on the claimed side of the threshold,
  /// contradicted if all of it lies on the other, else open: as it is with fewer than [#FEWEST]
  /// pools.
  public static Finding of(Claim claim, List<Pool> pools) {
    List<Double> values =
        pools.stream().map(claim.of()::applyAsDouble).filter(value -> !value.isNaN()).toList();
    if (values.isEmpty()) {
      return new Finding(
          claim, values, Double.NaN, new Interval(Double.NaN, Double.NaN), Outcome.OPEN);
    }
    Differences overPools =
        Differences.of(values.stream().mapToDouble(Double::doubleValue).toArray());
    Interval interval =
        claim.side() == Claim.Side.ALWAYS_AT_LEAST
            ? extremes(values)
            : new Bootstrap(overPools, RESAMPLES, SEED).bca(CONFIDENCE);
    return new Finding(
        claim, values, overPools.mean(), interval, outcome(claim, values.size(), interval));
  }

  /// In how many pools the number lies on the claimed side.
  public long agreeing() {
    return values.stream().filter(value -> claim.side().holds(value, claim.threshold())).count();
  }

  private static Outcome outcome(Claim claim, int pools, Interval interval) {
    if (claim.side() == Claim.Side.ALWAYS_AT_LEAST) {
      return interval.low() >= claim.threshold() ? Outcome.REPRODUCED : Outcome.CONTRADICTED;
    }
    boolean above = interval.low() > claim.threshold();
    boolean below = interval.high() < claim.threshold();
    if (pools < FEWEST || above == below) {
      return Outcome.OPEN;
    }
    return above == (claim.side() == Claim.Side.ABOVE) ? Outcome.REPRODUCED : Outcome.CONTRADICTED;
  }

  private static Interval extremes(List<Double> values) {
    return new Interval(
        values.stream().mapToDouble(Double::doubleValue).min().orElseThrow(),
        values.stream().mapToDouble(Double::doubleValue).max().orElseThrow());
  }
}
