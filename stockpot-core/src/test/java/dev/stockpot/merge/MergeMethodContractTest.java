package dev.stockpot.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.FloatFormat;
import dev.stockpot.merge.Soups.Filled;
import dev.stockpot.merge.Soups.Merged;
import dev.stockpot.method.Linear;
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
  /// @param of the method for so many ingredients
  /// @param symmetric whether the order of the ingredients does not matter
  record Case(String name, IntFunction<MergeMethod> of, boolean symmetric) {
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
          new Case("a negative weight", k -> Linear.mean(weights(k, 2, -0.5)), false));

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
        assertThat(merge(method, Collections.nCopies(k, one), 1).bits("w"))
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
        IntStream.range(0, 3)
            .mapToObj(k ->
                soups.ingredient(
                    k + ".safetensors",
                    Filled.of("a", DType.BF16, random(k, 70_001)),
                    Filled.of("b", DType.F32, random(k, 140_003)),
                    Filled.of("scalar", DType.F16, k).shaped(),
                    Filled.of("empty", DType.F16).shaped(3L, 0L)))
            .toList();
    byte[] one = merge(method, ingredients, 1).file();
    assertThat(merge(method, ingredients, 2).file()).isEqualTo(one);
    assertThat(merge(method, ingredients, 7).file()).isEqualTo(one);
  }

  /// Where an ingredient is not finite, so is the result, and nowhere else.
  @ParameterizedTest
  @FieldSource("METHODS")
  void nanAndInfinityStayInTheirElement(Case method) {
    double[] spoilt = random(1, 65);
    spoilt[3] = Double.NaN;
    spoilt[64] = Double.NEGATIVE_INFINITY;
    for (DType dtype : List.of(DType.F64, DType.F32, DType.BF16, DType.F16, DType.F8_E5M2)) {
      List<Checkpoint> ingredients =
          List.of(
              soups.ingredient("a.safetensors", Filled.of("w", dtype, random(0, 65))),
              soups.ingredient("b.safetensors", Filled.of("w", dtype, spoilt)));
      FloatFormat format = FloatFormat.of(dtype);
      long[] found = merge(method, ingredients, 1).bits("w");
      for (int i = 0; i < 65; i++) {
        assertThat(format.isFinite(found[i])).isEqualTo(i != 3 && i != 64);
      }
      assertThat(found[3]).isEqualTo(format.nan());
      assertThat(Math.abs(format.value(found[64]))).isEqualTo(Double.POSITIVE_INFINITY);
    }
  }

  @ParameterizedTest
  @FieldSource("METHODS")
  void emptyTensorsAreMixedToo(Case method) {
    for (Precision precision : Precision.values()) {
      assertThat(
              InMemory.mix(
                  method.of().apply(2), precision, List.of(3L, 0L), new double[0], new double[0]))
          .isEmpty();
    }
  }

  private Merged merge(Case method, List<Checkpoint> ingredients, int threads) {
    MergePlan plan =
        MergePlan.of(ingredients, method.of().apply(ingredients.size()), Optional.empty());
    return soups.merge(plan, threads, false);
  }

  /// The first weights of a cycle.
  private static List<Double> weights(int k, double... cycle) {
    return IntStream.range(0, k).mapToObj(i -> cycle[i % cycle.length]).toList();
  }

  private static double[] random(long seed, int n) {
    return DoubleStream.generate(new SplittableRandom(seed)::nextDouble).limit(n).toArray();
  }
}
