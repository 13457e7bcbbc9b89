package dev.stockpot.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stockpot.merge.InMemory;
import dev.stockpot.merge.MergeMethod;
import dev.stockpot.merge.Precision;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/// Every task-vector method against plain arithmetic on whole arrays.
class TaskVectorMethodsTest {

  /// What a method is tried on; the weights and densities are a cycle.
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Input(List<Long> shape, double[] base, double[][] tuned, double[] weights) {
    int k() {
      return tuned.length;
    }

    double[][] deltas() {
      return PlainTaskVectors.deltas(base, tuned);
    }

    double[] cycle(double... values) {
      return IntStream.range(0, k()).mapToDouble(i -> values[i % values.length]).toArray();
    }

    double[][] sparse(Function<Integer, double[]> of) {
      return IntStream.range(0, k()).mapToObj(of::apply).toArray(double[][]::new);
    }
  }

  /// A method and what it must give.
  record Case(
      String name, Function<Input, MergeMethod> method, Function<Input, double[]> expected) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final double[] DENSITIES = {0.9, 0.5, 0.35, 1};
  private static final double[] GAMMAS = {0.05, 0.2, 0};

  static final List<Case> CASES =
      List.of(
          new Case(
              "task_arithmetic",
              in -> new TaskArithmetic(list(in.weights()), 0.8, false),
              in -> PlainTaskVectors.sum(in.base(), in.deltas(), in.weights(), 0.8, false)),
          new Case(
              "task_arithmetic, normalised",
              in -> new TaskArithmetic(list(in.weights()), 1, true),
              in -> PlainTaskVectors.sum(in.base(), in.deltas(), in.weights(), 1, true)),
          new Case(
              "ties",
              in -> ties(in, 1, true, Rescale.NONE),
              in -> PlainTaskVectors.elected(in.base(), trimmed(in), in.weights(), 1, true)),
          new Case(
              "ties, not normalised",
              in -> ties(in, 0.7, false, Rescale.NONE),
              in -> PlainTaskVectors.elected(in.base(), trimmed(in), in.weights(), 0.7, false)),
          new Case(
              "ties, rescaled",
              in -> ties(in, 1, true, Rescale.L1),
              in ->
                  PlainTaskVectors.elected(
                      in.base(),
                      in.sparse(k -> PlainTaskVectors.rescaled(trimmed(in)[k], in.deltas()[k])),
                      in.weights(),
                      1,
                      true)),
          new Case(
              "breadcrumbs",
              in ->
                  new Breadcrumbs(
                      list(in.weights()),
                      list(in.cycle(DENSITIES)),
                      list(in.cycle(GAMMAS)),
                      1,
                      false,
                      Rescale.NONE),
              in -> PlainTaskVectors.sum(in.base(), crumbs(in), in.weights(), 1, false)),
          new Case(
              "breadcrumbs_ties",
              in ->
                  new BreadcrumbsTies(
                      list(in.weights()),
                      list(in.cycle(DENSITIES)),
                      list(in.cycle(GAMMAS)),
                      1,
                      false,
                      Rescale.NONE),
              in -> PlainTaskVectors.elected(in.base(), crumbs(in), in.weights(), 1, false)),
          new Case(
              "ram",
              in -> new Ram(0.3, in.k()),
              in -> PlainTaskVectors.ram(in.base(), in.deltas(), 0.3, in.cycle(1))),
          new Case(
              "ramplus_tl",
              in -> new RamPlusTensorLocal(0.3, 0.2, 0.5, in.k()),
              in -> PlainTaskVectors.ramPlus(in.base(), in.deltas(), 0.3, 0.2, 0.5)),
          new Case(
              "sce",
              in -> new Sce(1, in.k()),
              in -> PlainTaskVectors.sce(in.base(), in.deltas(), 1)),
          new Case(
              "sce, a part",
              in -> new Sce(0.6, in.k()),
              in -> PlainTaskVectors.sce(in.base(), in.deltas(), 0.6)));

  @ParameterizedTest
  @FieldSource("CASES")
  void agreesWithPlainArithmetic(Case method) {
    for (int k : new int[] {1, 2, 3, 8}) {
      for (long n : new long[] {0, 1, 7, 8, 9, 15, 16, 17, 63, 64, 65, 4098, 70_000}) {
        check(method, input(List.of(n), k, 100L * k + n));
      }
      check(method, input(List.of(), k, k));
      check(method, input(List.of(30L, 7L), k, k + 1));
    }
  }

  @ParameterizedTest
  @FieldSource("CASES")
  void deltasOfZeroLeaveTheBase(Case method) {
    Input in = input(List.of(65L), 3, 9);
    Arrays.stream(in.tuned()).forEach(w -> System.arraycopy(in.base(), 0, w, 0, 65));
    assertThat(InMemory.mix(method.method().apply(in), Precision.FLOAT64, in.shape(), all(in)))
        .isEqualTo(in.base());
  }

  @ParameterizedTest
  @FieldSource("CASES")
  void antiparallelDeltasAreAsByTheFormula(Case method) {
    Input in = input(List.of(64L), 2, 17);
    for (int i = 0; i < 64; i++) {
      in.tuned()[1][i] = 2 * in.base()[i] - in.tuned()[0][i];
    }
    check(method, in);
  }

  /// NaN in an ingredient is never passed over.
  @ParameterizedTest
  @FieldSource("CASES")
  void nanStays(Case method) {
    Input in = input(List.of(65L), 3, 4);
    in.tuned()[1][20] = Double.NaN;
    double[] found =
        InMemory.mix(method.method().apply(in), Precision.FLOAT32, in.shape(), all(in));
    for (int i = 0; i < 65; i++) {
      assertThat(Double.isNaN(found[i])).as("element %d", i).isEqualTo(i == 20);
    }
  }

  /// The lower quartile is then the smallest importance.
  @Test
  void arceeFusionOfFewElementsTakesOverWhatMattersEqually() {
    double[] tuned = {1, -1, 1, -1};
    assertThat(
            InMemory.mix(new ArceeFusion(), Precision.FLOAT64, List.of(4L), new double[4], tuned))
        .isEqualTo(tuned);
  }

  @Test
  void weightsThatCancelOutDoNotDivide() {
    List<Double> weights = List.of(0.1, 0.2, -0.3);
    double[] ones = {1};
    assertThat(
            InMemory.mix(
                new TaskArithmetic(weights, 1, true),
                Precision.FLOAT64,
                List.of(1L),
                new double[1],
                ones,
                ones,
                ones)[0])
        .isCloseTo(0, within(1e-15));
    assertThatThrownBy(() -> Linear.mean(weights))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the weights [0.1, 0.2, -0.3] add up to 0");
  }

  @Test
  void arceeFusionAgreesWithPlainArithmetic() {
    for (int row : new int[] {1, 2, 7, 64, 3000}) {
      for (int rows : new int[] {1, 3, 50}) {
        Input in = input(List.of((long) rows, (long) row), 1, row + rows);
        double[] found = InMemory.mix(new ArceeFusion(), Precision.FLOAT64, in.shape(), all(in));
        double[] expected = PlainTaskVectors.arcee(in.base(), in.tuned()[0], row);
        for (int i = 0; i < found.length; i++) {
          assertThat(found[i]).isCloseTo(expected[i], within(1e-14));
        }
      }
    }
  }

  private static void check(Case method, Input in) {
    double[] expected = method.expected().apply(in);
    double[] wide = InMemory.mix(method.method().apply(in), Precision.FLOAT64, in.shape(), all(in));
    assertThat(wide).hasSameSizeAs(expected);
    for (int i = 0; i < wide.length; i++) {
      if (!(Math.abs(wide[i] - expected[i]) <= 1e-14 * Math.max(1, Math.abs(expected[i])))) {
        assertThat(wide[i]).as("element %d of %s", i, in.shape()).isEqualTo(expected[i]);
      }
    }
  }

  private static double[][] trimmed(Input in) {
    return in.sparse(k -> PlainTaskVectors.trim(in.deltas()[k], in.cycle(DENSITIES)[k]));
  }

  private static double[][] crumbs(Input in) {
    return in.sparse(k ->
        PlainTaskVectors.outliers(in.deltas()[k], in.cycle(DENSITIES)[k], in.cycle(GAMMAS)[k]));
  }

  private static Ties ties(Input in, double lambda, boolean normalize, Rescale rescale) {
    return new Ties(list(in.weights()), list(in.cycle(DENSITIES)), lambda, normalize, rescale);
  }

  private static List<Double> list(double... values) {
    return Arrays.stream(values).boxed().toList();
  }

  private static double[][] all(Input in) {
    double[][] all = new double[in.k() + 1][];
    all[0] = in.base();
    System.arraycopy(in.tuned(), 0, all, 1, in.k());
    return all;
  }

  private static Input input(List<Long> shape, int k, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int n = (int) shape.stream().mapToLong(i -> i).reduce(1, (a, b) -> a * b);
    double[] base = random.doubles(n, -1, 1).map(v -> (float) v).toArray();
    double[][] tuned = new double[k][];
    for (int j = 0; j < k; j++) {
      tuned[j] = Arrays.stream(base).map(b -> (float) (b + random.nextDouble(-1, 1))).toArray();
    }
    double[] weights =
        IntStream.range(0, k).mapToDouble(j -> new double[] {1, 0.3, 0.5}[j % 3]).toArray();
    return new Input(shape, base, tuned, weights);
  }
}
