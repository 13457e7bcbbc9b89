package dev.stockpot.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.merge.InMemory;
import dev.stockpot.merge.Precision;
import dev.stockpot.method.ModelStock.Angle;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ModelStockTest {
  private static final Offset<Double> CLOSE = Offset.offset(1e-14);

  @Test
  void anyShapeIsThatOfTheFormula() {
    for (Precision precision : Precision.values()) {
      for (Angle angle : Angle.values()) {
        for (boolean filterWise : new boolean[] {false, true}) {
          for (List<Long> shape : Plain.SHAPES) {
            for (int k : new int[] {2, 3, 8}) {
              check(new ModelStock(k, angle, filterWise), precision, shape, k);
            }
          }
        }
      }
    }
  }

  @Property(tries = 300, seed = "1", shrinking = ShrinkingMode.BOUNDED)
  void anyTensorIsThatOfTheFormula(
      @ForAll @IntRange(min = 2, max = 8) int k,
      @ForAll @IntRange(min = 1, max = 9) int rows,
      @ForAll @IntRange(min = 1, max = 70) int columns,
      @ForAll Angle angle,
      @ForAll boolean filterWise,
      @ForAll long seed) {
    check(
        new ModelStock(k, angle, filterWise),
        Precision.FLOAT64,
        List.of((long) rows, (long) columns),
        seed);
  }

  @Test
  void ratiosAreThoseOfThePaper() {
    assertThat(ModelStock.ratio(1, 2)).isEqualTo(1);
    assertThat(ModelStock.ratio(0.5, 2)).isEqualTo(2 * 0.5 / 1.5);
    assertThat(ModelStock.ratio(0.5, 3)).isEqualTo(1.5 / 2);
    assertThat(ModelStock.ratio(0, 5)).isEqualTo(0);
    assertThat(ModelStock.ratio(-0.5, 4)).isEqualTo(0);
    assertThat(ModelStock.ratio(Math.nextUp(1.0), 7)).isEqualTo(1);
  }

  @Test
  void estimatorsAgreeWhereNormsAndAnglesAreEqual() {
    double[] base = {1, 1, 1};
    double[] a = {2, 1.5, 1.5};
    double[] b = {1.5, 2, 1.5};
    double[] c = {1.5, 1.5, 2};
    double[] expected = null;
    for (Angle angle : Angle.values()) {
      double[] found = mix(new ModelStock(3, angle, false), base, a, b, c);
      expected = expected == null ? found : expected;
      assertThat(found).containsExactly(expected, CLOSE);
    }
  }

  /// `t` that brings `t · mean d` nearest to what the average of products says it is.
  @Test
  void directIsTheRatioOfProductsToTheSquareOfTheMean() {
    double[] zero = new double[2];
    double[] found =
        mix(new ModelStock(2, Angle.DIRECT, false), zero, new double[] {4, 0}, new double[] {1, 1});
    double t = 4 / (2.5 * 2.5 + 0.5 * 0.5);
    assertThat(found).containsExactly(new double[] {t * 2.5, t * 0.5}, CLOSE);
  }

  /// Two pairs of opposite task vectors: their mean angle is 120°, for which the formula has 4.
  @Test
  void taskVectorsThatPointApartLeaveTheBase() {
    double[] base = {5, 6};
    double[][] in = {base, {6, 6}, {4, 6}, {5, 7}, {5, 5}};
    for (Angle angle : Angle.values()) {
      InMemory.Run run = run(new ModelStock(4, angle, false), in);
      assertThat(run.result()).containsExactly(base);
      assertThat(run.mixing().figures()).containsEntry("t", 0.0);
      assertThat(run.mixing().notes())
          .containsExactly(
              "the task vectors do not point the same way (cosine %s), so t is 0 and the base is kept"
                  .formatted(angle == Angle.MEAN_ANGLE ? "-0.5000" : "-0.3333"));
    }
    double[] opposite = {7, 9};
    double[] other = {3, 3};
    assertThat(mix(new ModelStock(2, Angle.MEAN_COSINE, false), base, opposite, other))
        .containsExactly(base);
  }

  @Test
  void whereATaskVectorIsZeroTheMeanIsTaken() {
    double[] base = {1, 2};
    for (Angle angle : Angle.values()) {
      for (boolean filterWise : new boolean[] {false, true}) {
        ModelStock method = new ModelStock(3, angle, filterWise);
        assertThat(mix(method, base, base, base, base)).containsExactly(base, CLOSE);
        InMemory.Run run = run(method, base, new double[] {4, 2}, base, new double[] {1, 5});
        assertThat(run.result()).containsExactly(new double[] {2, 3}, CLOSE);
        assertThat(run.mixing().figures()).containsEntry("t", 1.0);
        assertThat(run.mixing().notes()).isEmpty();
      }
    }
  }

  /// mergekit takes the product of their norms for 1e-6.
  @Test
  void smallTaskVectorsAreNotTakenForZero() {
    double[] base = {1, 1};
    double[] a = {1 + 1e-5, 1};
    double[] b = {1 + 1e-5, 1 + 1e-5};
    InMemory.Run run = run(new ModelStock(2, Angle.MEAN_COSINE, false), base, a, b);
    double cosine = Math.sqrt(0.5);
    assertThat(run.mixing().figures().get("t"))
        .isCloseTo(2 * cosine / (1 + cosine), Offset.offset(1e-6));
  }

  @Test
  void theReportHasRatioCosineAndNorms() {
    InMemory.Run run =
        run(
            new ModelStock(2, Angle.MEAN_COSINE, false),
            new double[2],
            new double[] {3, 4},
            new double[] {0, 2});
    assertThat(run.mixing().figures())
        .isEqualTo(Map.of("t", 1.6 / 1.8, "cosine", 0.8, "norm_1", 5.0, "norm_2", 2.0));
  }

  @Test
  void theReportOfRowsHasTheirRange() {
    InMemory.Run run =
        InMemory.run(
            new ModelStock(2, Angle.MEAN_COSINE, true),
            Precision.FLOAT64,
            List.of(4L, 1L),
            0,
            new double[4],
            new double[] {1, 1, 1, 1},
            new double[] {1, 1, -1, 1});
    assertThat(run.result()).containsExactly(1, 1, 0, 1);
    assertThat(run.mixing().figures())
        .isEqualTo(
            Map.of("t", 0.75, "t_least", 0.0, "t_most", 1.0, "rows", 4.0, "rows_at_base", 1.0));
    assertThat(run.mixing().notes())
        .containsExactly(
            "in 1 of 4 rows the task vectors do not point the same way, so t is 0 and the base is"
                + " kept");
  }

  @Test
  void oneNaNSpoilsOneElement() {
    for (boolean filterWise : new boolean[] {false, true}) {
      double[][] in = Plain.random(Precision.FLOAT64, 4, 66, 0.1, 5);
      in[0] = Plain.times(0.9, in[0]);
      double[][] blank = Arrays.stream(in).map(double[]::clone).toArray(double[][]::new);
      for (double[] x : blank) {
        x[35] = 0;
      }
      in[3][35] = Double.NaN;
      List<Long> shape = List.of(6L, 11L);
      ModelStock method = new ModelStock(3, Angle.MEAN_ANGLE, filterWise);
      double[] expected = reference(method, shape, blank);
      expected[35] = Double.NaN;
      Plain.assertSame(
          Plain.mix(method, Precision.FLOAT64, shape, in), expected, Precision.FLOAT64, blank);
    }
  }

  @Test
  void configsHaveTheMeanCosine() {
    Parameters parameters =
        new Parameters(
            true,
            Map.of("filter_wise", true, "angle", "mean-cosine"),
            List.of(Map.of(), Map.of(), Map.of()));
    assertThat(ModelStock.DEFINITION.create().apply(parameters))
        .isEqualTo(new ModelStock(3, Angle.MEAN_COSINE, true));
    assertThat(ModelStock.DEFINITION.parameters())
        .contains(Parameter.word("angle", "mean-cosine", "mean-angle", "direct"));
    assertThat(Angle.of("mean-angle")).isEqualTo(Angle.MEAN_ANGLE);
    assertThat(Angle.of("direct")).isEqualTo(Angle.DIRECT);
  }

  @Test
  void whatItCannotDoIsTold() {
    assertThatThrownBy(() -> new ModelStock(1, Angle.DIRECT, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("model_stock needs two ingredients beside the base; here is 1");
    assertThatThrownBy(() -> mix(new ModelStock(3, Angle.DIRECT, false), new double[3][1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("model_stock takes 4 inputs; here are 3");
  }

  private static double[] mix(ModelStock method, double[]... in) {
    return run(method, in).result();
  }

  private static InMemory.Run run(ModelStock method, double[]... in) {
    return InMemory.run(method, Precision.FLOAT64, List.of((long) in[0].length), 0, in);
  }

  private static void check(ModelStock method, Precision precision, List<Long> shape, long seed) {
    double[][] in =
        Plain.random(precision, method.ingredients() + 1, Plain.elements(shape), 0.1, seed);
    Plain.assertSame(
        Plain.mix(method, precision, shape, in), reference(method, shape, in), precision, in);
  }

  private static double[] reference(ModelStock method, List<Long> shape, double[]... in) {
    int n = in[0].length;
    int row = method.filterWise() ? (shape.isEmpty() ? 1 : (int) (long) shape.getLast()) : n;
    double[] out = new double[n];
    for (int from = 0; from < n; from += row) {
      int to = from + row;
      int start = from;
      double[][] rows =
          Arrays.stream(in).map(x -> Arrays.copyOfRange(x, start, to)).toArray(double[][]::new);
      System.arraycopy(row(method, rows), 0, out, from, row);
    }
    return out;
  }

  private static double[] row(ModelStock method, double[]... in) {
    int k = method.ingredients();
    double[] mean = new double[in[0].length];
    double[][] deltas = new double[k][];
    for (int i = 0; i < k; i++) {
      mean = Plain.sum(new double[] {1, 1.0 / k}, mean, in[i + 1]);
      deltas[i] = Plain.minus(in[i + 1], in[0]);
    }
    double t = ratio(method, deltas);
    return Plain.sum(new double[] {t, 1 - t}, mean, in[0]);
  }

  private static double ratio(ModelStock method, double[]... deltas) {
    int k = deltas.length;
    double cosines = 0;
    double angles = 0;
    double products = 0;
    double[] mean = new double[deltas[0].length];
    for (int i = 0; i < k; i++) {
      mean = Plain.sum(new double[] {1, 1.0 / k}, mean, deltas[i]);
      for (int j = 0; j < k; j++) {
        double norms = Plain.norm(deltas[i]) * Plain.norm(deltas[j]);
        if (norms == 0) {
          return 1;
        }
        if (i != j) {
          double product = Plain.dot(deltas[i], deltas[j]);
          products += product / (k * (k - 1));
          cosines += Math.clamp(product / norms, -1, 1) / (k * (k - 1));
          angles += Math.acos(Math.clamp(product / norms, -1, 1)) / (k * (k - 1));
        }
      }
    }
    if (method.angle() == Angle.DIRECT) {
      return products <= 0 ? 0 : Math.min(1, products / Plain.dot(mean, mean));
    }
    double c = method.angle() == Angle.MEAN_COSINE ? cosines : Math.cos(angles);
    return c <= 0 ? 0 : Math.min(1, k * c / (1 + (k - 1) * c));
  }
}
