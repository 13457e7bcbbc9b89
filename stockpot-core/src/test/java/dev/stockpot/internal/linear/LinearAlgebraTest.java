package dev.stockpot.internal.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinearAlgebraTest {

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 4, 5, 63, 1023, 1024, 1025, 2049})
  void productsAreThoseOfThePlainLoops(int n) {
    Matrix a = random(3, n, 1);
    Matrix b = random(2, n, 2);
    Matrix dots = a.timesTransposed(b);
    Matrix sums = new Matrix(3, n);
    sums.addProduct(dots, b);
    for (int i = 0; i < 3; i++) {
      for (int k = 0; k < 2; k++) {
        double sum = 0;
        for (int j = 0; j < n; j++) {
          sum += a.at(i, j) * b.at(k, j);
        }
        assertThat(dots.at(i, k)).isCloseTo(sum, within(1e-11));
      }
      for (int j = 0; j < n; j++) {
        assertThat(sums.at(i, j))
            .isEqualTo(0 + dots.at(i, 0) * b.at(0, j) + dots.at(i, 1) * b.at(1, j));
      }
    }
  }

  @Test
  void shapesMustFit() {
    assertThatThrownBy(() -> new Matrix(2, 2, new double[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("2 × 2 of 3");
    assertThatThrownBy(() -> new Matrix(2, 2).timesTransposed(new Matrix(2, 3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("2 and 3 columns");
    assertThatThrownBy(() -> new Matrix(2, 2).addProduct(new Matrix(2, 3), new Matrix(2, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("shapes do not fit");
  }

  @Property(tries = 200)
  void lqIsLowerTimesOrthonormalRows(
      @ForAll @IntRange(max = 9) int rows,
      @ForAll @IntRange(max = 9) int columns,
      @ForAll @IntRange(max = 9) int rank,
      @ForAll int seed) {
    Matrix a = ofRank(rows, columns, rank, seed);
    Lq lq = Lq.of(copy(a));
    assertOrthonormalRows(lq.q());
    assertThat(lq.q().rows()).isEqualTo(Math.min(rows, columns));
    for (int i = 0; i < rows; i++) {
      for (int k = i + 1; k < lq.lower().columns(); k++) {
        assertThat(lq.lower().at(i, k)).isZero();
      }
    }
    assertClose(product(lq.lower(), lq.q()), a, 1e-13);
  }

  @Property(tries = 200)
  void svdIsOrthonormalTimesSingularValuesTimesOrthonormal(
      @ForAll @IntRange(max = 12) int rows,
      @ForAll @IntRange(max = 12) int columns,
      @ForAll int seed) {
    Matrix a = random(rows, columns, seed);
    Svd svd = Svd.of(a);
    assertOrthonormalRows(svd.vt());
    assertOrthonormalRows(svd.u().transposed());
    assertThat(svd.values()).isSortedAccordingTo((x, y) -> Double.compare(y, x));
    assertThat(svd.values()).hasSize(Math.min(rows, columns));
    assertClose(reconstructed(svd), a, 1e-13);
  }

  @Property(tries = 100)
  void beyondTheRankSingularValuesVanish(
      @ForAll @IntRange(min = 1, max = 12) int rows,
      @ForAll @IntRange(min = 1, max = 12) int columns,
      @ForAll @IntRange(max = 4) int rank,
      @ForAll int seed) {
    Matrix a = ofRank(rows, columns, rank, seed);
    Svd svd = Svd.of(a);
    assertClose(reconstructed(svd), a, 1e-13);
    for (int k = rank; k < svd.values().length; k++) {
      assertThat(svd.values()[k]).isLessThanOrEqualTo(1e-14 * Math.max(1, svd.values()[0]));
    }
  }

  @Test
  void singularValuesOfKnownMatrices() {
    assertThat(Svd.of(new Matrix(2, 2, new double[] {3, 0, 4, 5})).values())
        .usingComparatorWithPrecision(1e-15)
        .containsExactly(3 * Math.sqrt(5), Math.sqrt(5));
    assertThat(Svd.of(new Matrix(2, 3, new double[] {0, 0, 0, 0, 0, 0})).values())
        .containsExactly(0, 0);
    assertThat(Svd.of(new Matrix(3, 1, new double[] {2, 3, 6})).values()).containsExactly(7);
    // Squares of these leave the range of float64.
    assertThat(Svd.of(new Matrix(1, 2, new double[] {3e200, 4e200})).values())
        .usingComparatorWithPrecision(1e186)
        .containsExactly(5e200);
    assertThat(Svd.of(new Matrix(1, 2, new double[] {3e-200, 4e-200})).values()[0])
        .isCloseTo(5e-200, within(1e-214));
    assertThat(Svd.of(new Matrix(0, 3)).values()).isEmpty();
  }

  /// The Hilbert matrix of order 4, whose smallest singular value is 15,000 times below the
  /// largest.
  @Test
  void smallSingularValuesAreAccurate() {
    Matrix hilbert = new Matrix(4, 4);
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 4; j++) {
        hilbert.set(i, j, 1.0 / (i + j + 1));
      }
    }
    // From mpmath.svd_r(mpmath.hilbert(4)) in 50 digits.
    double[] expected = {
      1.5002142800592428, 0.16914122022145, 0.006738273605760748, 0.00009670230402258689
    };
    double[] values = Svd.of(hilbert).values();
    for (int k = 0; k < 4; k++) {
      assertThat(values[k]).isCloseTo(expected[k], within(1e-14 * expected[k] + 1e-16));
    }
  }

  private static Matrix reconstructed(Svd svd) {
    Matrix us = copy(svd.u());
    for (int i = 0; i < us.rows(); i++) {
      for (int k = 0; k < us.columns(); k++) {
        us.set(i, k, us.at(i, k) * svd.values()[k]);
      }
    }
    return product(us, svd.vt());
  }

  private static Matrix product(Matrix a, Matrix b) {
    Matrix product = new Matrix(a.rows(), b.columns());
    product.addProduct(a, b);
    return product;
  }

  private static void assertOrthonormalRows(Matrix q) {
    Matrix dots = q.timesTransposed(q);
    for (int i = 0; i < q.rows(); i++) {
      for (int k = 0; k < q.rows(); k++) {
        assertThat(dots.at(i, k)).isCloseTo(i == k ? 1 : 0, within(1e-13));
      }
    }
  }

  private static void assertClose(Matrix found, Matrix expected, double tolerance) {
    assertThat(found.rows()).isEqualTo(expected.rows());
    assertThat(found.columns()).isEqualTo(expected.columns());
    assertThat(found.values())
        .usingComparatorWithPrecision(20 * tolerance)
        .containsExactly(expected.values());
  }

  private static Matrix ofRank(int rows, int columns, int rank, long seed) {
    return product(random(rows, rank, seed), random(rank, columns, seed + 1));
  }

  private static Matrix copy(Matrix a) {
    return new Matrix(a.rows(), a.columns(), a.values().clone());
  }

  private static Matrix random(int rows, int columns, long seed) {
    Random random = new Random(seed);
    Matrix matrix = new Matrix(rows, columns);
    for (int i = 0; i < matrix.values().length; i++) {
      matrix.values()[i] = random.nextGaussian();
    }
    return matrix;
  }
}
