package dev.stockpot.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.FloatFormat;
import dev.stockpot.merge.Soups.Filled;
import dev.stockpot.merge.Soups.Merged;
import dev.stockpot.method.Fisher;
import dev.stockpot.method.Karcher;
import dev.stockpot.method.Linear;
import dev.stockpot.method.ModelStock;
import dev.stockpot.method.ModelStock.Angle;
import dev.stockpot.method.MultiSlerp;
import dev.stockpot.method.NearSwap;
import dev.stockpot.method.NuSlerp;
import dev.stockpot.method.NuSlerp.Along;
import dev.stockpot.method.Passthrough;
import dev.stockpot.method.RegMean;
import dev.stockpot.method.Slerp;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/// What every merge method promises. A new method is a line (or a few, for its settings) in the
/// list.
class MergeMethodContractTest {

  /// A method in one setting.
  ///
  /// @param of the method for so many inputs, with the base if it has one
  /// @param symmetric whether the order of the inputs does not matter, to the last bit
  /// @param fewest fewest inputs
  /// @param most most inputs
  record Case(String name, IntFunction<MergeMethod> of, boolean symmetric, int fewest, int most) {

    /// A method that takes any number of inputs.
    Case(String name, IntFunction<MergeMethod> of, boolean symmetric) {
      this(name, of, symmetric, 1, Integer.MAX_VALUE);
    }

    /// A method whose inputs are not alike, as one is the base, or are rounded one by one.
    Case(String name, IntFunction<MergeMethod> of, int fewest, int most) {
      this(name, of, false, fewest, most);
    }

    /// The number of inputs that is nearest to `k`.
    int inputs(int k) {
      return Math.clamp(k, fewest, most);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static final List<Case> METHODS =
      List.of(
          new Case("uniform", Linear::mean, true),
          new Case("weights that add up to 1", k -> Linear.mean(weights(k, 1.0 / k)), true),
          new Case("weights 1, 2, 3", k -> Linear.mean(weights(k, 1, 2, 3)), false),
          new Case("a negative weight", k -> Linear.mean(weights(k, 2, -0.5)), false),
          new Case("slerp", _ -> new Slerp(0.35), 2, 2),
          new Case("nuslerp", _ -> new NuSlerp(0.35, Along.ALL, false), 2, 2),
          new Case("nuslerp of rows", _ -> new NuSlerp(0.35, Along.LAST, false), 2, 2),
          new Case("nuslerp of columns", _ -> new NuSlerp(0.35, Along.FIRST, false), 2, 2),
          new Case("nuslerp with a base", _ -> new NuSlerp(0.35, Along.ALL, true), 3, 3),
          new Case("nuslerp of rows, base", _ -> new NuSlerp(0.35, Along.LAST, true), 3, 3),
          new Case("nuslerp of columns, base", _ -> new NuSlerp(0.35, Along.FIRST, true), 3, 3),
          new Case("multislerp", k -> multiSlerp(k, false), 2, 99),
          new Case("multislerp with a base", k -> multiSlerp(k - 1, true), 3, 99),
          new Case("karcher", _ -> new Karcher(10, 1e-5), 1, 99),
          new Case("model_stock", k -> new ModelStock(k - 1, Angle.MEAN_ANGLE, false), 3, 99),
          new Case("model_stock of rows", k -> new ModelStock(k - 1, Angle.DIRECT, true), 3, 99),
          new Case("nearswap", _ -> new NearSwap(0.05), 2, 2),
          new Case("passthrough", _ -> new Passthrough(1), 1, 1),
          new Case("fisher", _ -> new Fisher(List.of(1.0, 0.3)), 4, 4),
          new Case("regmean without matrices", RegMean::new, 2, 99));

  @TempDir private Path folder;
  private Soups soups;

  @BeforeEach
  void open() {
    soups = new Soups(folder);
  }

  @AfterEach
  void close() {
    soups.close();
  }

  /// The sums have bits to spare for all types but F64.
  @ParameterizedTest
  @FieldSource("METHODS")
  void equalIngredientsComeBackUnchanged(Case method) {
    for (DType dtype : FloatFormat.ALL.subList(1, FloatFormat.ALL.size())) {
      FloatFormat format = FloatFormat.of(dtype);
      double[] values = new SplittableRandom(11).doubles(2500, -40, 40).toArray();
      Filled w = Filled.of("w", dtype, values);
      Checkpoint one = soups.ingredient(dtype + ".safetensors", w);
      for (int k : new int[] {1, 2, 3, 5, 10}) {
        assertThat(merge(method, Collections.nCopies(method.inputs(k), one), 1).bits("w"))
            .as("%d of %s", k, dtype)
            .isEqualTo(format.unpack(w.bytes()));
      }
    }
  }

  /// Small multiples of a power of two, of which all sums are exact.
  @ParameterizedTest
  @FieldSource("METHODS")
  void theOrderDoesNotMatterWhereItMustNot(Case method) throws IOException {
    if (!method.symmetric()) {
      return;
    }
    for (DType dtype : FloatFormat.ALL) {
      List<Checkpoint> ingredients =
          IntStream.range(0, 8)
              .mapToObj(k ->
                  soups.ingredient(
                      dtype + "-" + k + ".safetensors",
                      Filled.of(
                          "w", dtype, new Random(k).ints(99, -8, 8).asDoubleStream().toArray())))
              .toList();
      byte[] expected = merge(method, ingredients, 1).file();
      for (int seed = 0; seed < 5; seed++) {
        List<Checkpoint> shuffled = new ArrayList<>(ingredients);
        Collections.shuffle(shuffled, new Random(seed));
        assertThat(merge(method, shuffled, 1).file()).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @FieldSource("METHODS")
  void anyThreadCountGivesTheSameBits(Case method) throws IOException {
    List<Checkpoint> ingredients =
        IntStream.range(0, method.inputs(3))
            .mapToObj(k ->
                soups.ingredient(
                    k + ".safetensors",
                    Filled.of("a", DType.BF16, random(k, 70_001)),
                    Filled.of("b", DType.F32, random(k, 140_003)),
                    Filled.of("c", DType.F16, random(k, 300 * 257)).shaped(300L, 257L),
                    Filled.of("scalar", DType.F16, k).shaped(),
                    Filled.of("empty", DType.F16).shaped(3L, 0L)))
            .toList();
    byte[] one = merge(method, ingredients, 1).file();
    assertThat(merge(method, ingredients, 2).file()).isEqualTo(one);
    assertThat(merge(method, ingredients, 7).file()).isEqualTo(one);
  }

  /// Where an input is not finite, neither is the result, and nowhere else.
  @ParameterizedTest
  @FieldSource("METHODS")
  void nanAndInfinityStayInTheirElement(Case method) {
    double[] spoilt = random(9, 65);
    spoilt[3] = Double.NaN;
    spoilt[64] = Double.NEGATIVE_INFINITY;
    for (DType dtype : List.of(DType.F64, DType.F32, DType.BF16, DType.F16, DType.F8_E5M2)) {
      List<Checkpoint> ingredients = new ArrayList<>();
      for (int k = 0; k < method.inputs(2) - 1; k++) {
        ingredients.add(soups.ingredient(k + ".safetensors", Filled.of("w", dtype, random(k, 65))));
      }
      ingredients.add(
          Math.min(1, ingredients.size()),
          soups.ingredient("spoilt.safetensors", Filled.of("w", dtype, spoilt)));
      FloatFormat format = FloatFormat.of(dtype);
      long[] found = merge(method, ingredients, 1).bits("w");
      for (int i = 0; i < 65; i++) {
        assertThat(format.isFinite(found[i])).isEqualTo(i != 3 && i != 64);
      }
      assertThat(found[3]).isEqualTo(format.nan());
    }
  }

  @ParameterizedTest
  @FieldSource("METHODS")
  void emptyTensorsAreMixedToo(Case method) {
    for (Precision precision : Precision.values()) {
      int k = method.inputs(2);
      double[][] inputs = new double[k][0];
      assertThat(InMemory.mix(method.of().apply(k), precision, List.of(3L, 0L), inputs)).isEmpty();
      assertThat(InMemory.mix(method.of().apply(k), precision, List.of(0L, 3L), inputs)).isEmpty();
    }
  }

  private Merged merge(Case method, List<Checkpoint> ingredients, int threads) {
    MergePlan plan =
        MergePlan.of(ingredients, method.of().apply(ingredients.size()), Optional.empty());
    return soups.merge(plan, threads, false);
  }

  private static MultiSlerp multiSlerp(int k, boolean hasBase) {
    return new MultiSlerp(weights(k, 1.0 / k), 1e-8, hasBase);
  }

  /// The first weights of a cycle.
  private static List<Double> weights(int k, double... cycle) {
    return IntStream.range(0, k).mapToObj(i -> cycle[i % cycle.length]).toList();
  }

  private static double[] random(long seed, int n) {
    return DoubleStream.generate(new SplittableRandom(seed)::nextDouble).limit(n).toArray();
  }
}
