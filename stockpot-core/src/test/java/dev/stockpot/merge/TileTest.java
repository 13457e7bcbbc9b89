package dev.stockpot.merge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/// The election of signs, against plain arithmetic.
class TileTest {
  private static final List<Supplier<Tile>> PRECISIONS = List.of(FloatTile::new, DoubleTile::new);

  private static Tile tile(Supplier<Tile> precision, double... values) {
    Tile tile = precision.get();
    tile.resize(values.length);
    for (int i = 0; i < values.length; i++) {
      tile.put(i, values[i]);
    }
    return tile;
  }

  private static double[] values(Tile tile) {
    return IntStream.range(0, tile.length()).mapToDouble(tile::at).toArray();
  }

  @Test
  void zeroElectsThePositiveSign() {
    for (Supplier<Tile> precision : PRECISIONS) {
      Tile signs = tile(precision, 2, 0, -0.0, -1e-40, Double.POSITIVE_INFINITY, -1e30, Double.NaN);
      signs.elect();
      assertThat(values(signs)).containsExactly(1, 1, 1, -1, 1, -1, Double.NaN);
    }
  }

  /// Multiples of 1/8, so that sums are exact in either precision and order.
  @Property(tries = 200)
  void whatHasTheElectedSignIsSummedAndAveraged(
      @ForAll @IntRange(min = 1, max = 9) int k,
      @ForAll @IntRange(min = 1, max = 100) int n,
      @ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] x = new double[k][n];
    double[] a = new double[k];
    double[] weights = new double[k];
    for (int j = 0; j < k; j++) {
      a[j] = random.nextInt(-8, 9) / 8.0;
      weights[j] = random.nextInt(-4, 9) / 8.0;
      for (int i = 0; i < n; i++) {
        x[j][i] = random.nextInt(-8, 9) / 8.0;
      }
    }
    double[] signs = IntStream.range(0, n).mapToDouble(_ -> random.nextInt(2) * 2 - 1).toArray();
    for (Supplier<Tile> precision : PRECISIONS) {
      Tile[] tiles =
          IntStream.range(0, k).mapToObj(j -> tile(precision, x[j])).toArray(Tile[]::new);
      Tile elected = tile(precision, signs);
      Tile sum = tile(precision, new double[n]);
      Tile mean = tile(precision, new double[n]);
      sum.sumOfAgreeing(a, tiles, elected);
      mean.meanOfAgreeing(a, tiles, elected, weights, tile(precision, new double[n]));
      for (int i = 0; i < n; i++) {
        double expected = 0;
        double divisor = 0;
        for (int j = 0; j < k; j++) {
          if (x[j][i] * signs[i] > 0) {
            expected += a[j] * x[j][i];
            divisor += weights[j];
          }
        }
        assertThat(sum.at(i) + 0.0).isEqualTo(expected + 0.0);
        Tile quotient = tile(precision, expected / (divisor == 0 ? 1 : divisor));
        assertThat(mean.at(i) + 0.0).isEqualTo(quotient.at(0) + 0.0);
      }
    }
  }

  @Test
  void notANumberIsNeverPassedOver() {
    for (Supplier<Tile> precision : PRECISIONS) {
      for (int k = 1; k <= 4; k++) {
        for (int bad = 0; bad < k; bad++) {
          Tile[] x = new Tile[k];
          double[] ones = new double[k];
          for (int j = 0; j < k; j++) {
            x[j] = tile(precision, 1, j == bad ? Double.NaN : 1);
            ones[j] = 1;
          }
          Tile elected = tile(precision, 1, 1);
          Tile out = tile(precision, 0, 0);
          out.sumOfAgreeing(ones, x, elected);
          assertThat(values(out)).containsExactly(k, Double.NaN);
          out.meanOfAgreeing(ones, x, elected, ones, tile(precision, 0, 0));
          assertThat(values(out)).containsExactly(1, Double.NaN);
        }
      }
    }
  }

  /// Of infinities of both signs the sum is NaN, and so is what it elects.
  @Test
  void infinitiesOfBothSignsLeaveNaN() {
    for (Supplier<Tile> precision : PRECISIONS) {
      Tile[] x = {
        tile(precision, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY),
        tile(precision, Double.NEGATIVE_INFINITY, 1)
      };
      Tile signs = tile(precision, 0, 0);
      signs.sum(x);
      signs.elect();
      Tile out = tile(precision, 0, 0);
      out.sumOfAgreeing(new double[] {1, 1}, x, signs);
      assertThat(values(out)).containsExactly(Double.NaN, Double.POSITIVE_INFINITY);
    }
  }
}
