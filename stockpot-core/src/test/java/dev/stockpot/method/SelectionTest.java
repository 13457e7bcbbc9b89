package dev.stockpot.method;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.merge.InMemory;
import dev.stockpot.merge.Layer;
import dev.stockpot.merge.MergeMethod;
import dev.stockpot.merge.Precision;
import dev.stockpot.merge.Stage;
import dev.stockpot.merge.Stretch;
import dev.stockpot.merge.Tile;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/// [Selection] against sorting.
class SelectionTest {

  /// Shapes of values, from a number in [0, 1).
  private static final List<DoubleUnaryOperator> SPREADS =
      List.of(
          u -> u - 0.5,
          u -> Math.scalb(u - 0.5, (int) (u * 60) - 30),
          u -> Math.floor(u * 3) - 1, // three values
          u -> u < 0.7 ? 0 : u, // mostly zeros
          u -> (float) Math.round(u * 200) / 64 - 1, // coarse, as differences of bfloat16
          u -> 1e-3 + u * 1e-12, // within few float32 keys
          _ -> 0.25);

  @Property(tries = 150, seed = "31", shrinking = ShrinkingMode.OFF)
  void theLargestAreKeptAsBySortingSmallTensors(
      @ForAll @IntRange(min = 1, max = 3000) int n,
      @ForAll @IntRange(max = 6) int spread,
      @ForAll long seed) {
    check(n, spread, seed);
  }

  @Test
  void theLargestAreKeptAsBySortingLargeTensors() {
    for (int n : new int[] {65_536, 65_537, 131_072 + 5, 400_003}) {
      for (int spread = 0; spread < SPREADS.size(); spread++) {
        check(n, spread, n + spread);
      }
    }
  }

  /// All of the large values are where the sample does not look.
  @Test
  void aSampleThatMisleadsCostsAPassButNotTheResult() {
    int n = 200_000;
    double[] values = new double[n];
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < n; i++) {
      values[i] = i % 65_536 < 2048 ? random.nextDouble() * 1e-6 : 1 + random.nextDouble();
    }
    check(values, List.of(10L, 50_000L, 150_000L, 195_000L));
  }

  /// The sample sees one value only, which the cut is not: above it, or below.
  @Test
  void aSampleOfOneValueThatMisleadsDoesNotChangeTheResult() {
    int n = 200_000;
    double[] values = new double[n];
    SplittableRandom random = new SplittableRandom(6);
    for (int i = 0; i < n; i++) {
      values[i] = i % 65_536 < 2048 ? 0.5 : (float) random.nextDouble();
    }
    List<Long> ranks = List.of(1L, 40_000L, 99_000L, 101_000L, 195_000L);
    check(values, ranks);
  }

  private static void check(int n, int spread, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] values =
        random.doubles(n).map(SPREADS.get(spread)).map(value -> (float) value).toArray();
    List<Long> ranks = List.of(0L, 1L, random.nextLong(n + 1L), n / 2L, n - 1L, (long) n);
    check(values, ranks);
  }

  private static void check(double[] values, List<Long> ranks) {
    for (Precision precision : Precision.values()) {
      check(values, ranks, precision);
    }
  }

  private static void check(double[] values, List<Long> ranks, Precision precision) {
    int[] order =
        IntStream.range(0, values.length)
            .boxed()
            .sorted(
                Comparator.<Integer>comparingDouble(i -> -Math.abs(values[i]))
                    .thenComparing(Comparator.naturalOrder()))
            .mapToInt(i -> i)
            .toArray();
    for (long rank : ranks) {
      boolean[] kept = new boolean[values.length];
      Arrays.stream(order).limit(rank).forEach(i -> kept[i] = true);
      double[] marks = new double[values.length];
      double[] found =
          InMemory.mix(new Marking(rank), precision, List.of((long) values.length), marks, values);
      for (int i = 0; i < values.length; i++) {
        if (found[i] != (kept[i] ? 1 : 2)) {
          assertThat(found[i])
              .as("element %d of %d, rank %d, %s", i, values.length, rank, precision)
              .isEqualTo(kept[i] ? 1 : 2);
        }
      }
    }
  }

  /// Gives 1 for elements above a cut and 2 for those below it.
  private record Marking(long rank) implements MergeMethod {
    @Override
    public String name() {
      return "marking";
    }

    @Override
    public Stage begin(Layer layer) {
      return Selection.begin(
          layer,
          new Deltas(1),
          List.of(List.of(rank)),
          cuts -> (Stage.Mixing) (stretch, out) -> mark(cuts.get(0).get(0), stretch, out));
    }

    private static void mark(Cut cut, Stretch stretch, Tile out) {
      // Infinities: what is erased becomes NaN, whatever its value was.
      Tile above = stretch.scratch(1);
      Tile below = stretch.scratch(2);
      above.difference(stretch.input(1), stretch.input(0));
      below.copy(above);
      cut.eraseBelow(stretch, above);
      cut.eraseAbove(stretch, below);
      for (int i = 0; i < out.length(); i++) {
        double value = stretch.input(1).at(i);
        boolean isAbove = above.at(i) == value && (value != 0 || below.at(i) == 0);
        boolean isBelow = below.at(i) == value;
        out.put(i, value == 0 ? zero(cut, stretch, i) : isAbove && !isBelow ? 1 : 2);
      }
    }

    /// Zeros do not show whether they were erased: ask with a tile in which ones stand for them.
    private static double zero(Cut cut, Stretch stretch, int i) {
      return ZeroMarks.isAbove(cut, stretch, i) ? 1 : 2;
    }
  }

  /// For elements of 0, which stay 0 when they are erased: counts the quota by hand.
  private static final class ZeroMarks {
    static boolean isAbove(Cut cut, Stretch stretch, int i) {
      if (cut.key() != 0) {
        return false;
      }
      if (stretch.from() != cut.from()) {
        return stretch.from() < cut.from();
      }
      int zeros = 0;
      for (int j = 0; j <= i; j++) {
        zeros += stretch.input(1).at(j) == 0 ? 1 : 0;
      }
      return zeros <= cut.quota();
    }
  }
}
