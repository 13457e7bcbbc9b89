package dev.stockpot.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.FloatFormat;
import dev.stockpot.merge.Soups.Filled;
import dev.stockpot.merge.Soups.Merged;
import dev.stockpot.method.Linear;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What is in the file after a merge, against [PlainMean]; faults are in [MergeFaultsTest].
class MergeExecutorTest {
  private static final int[] THREADS = {1, 2, 7};

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

  static Stream<Optional<DType>> outDTypes() {
    return Stream.concat(Stream.of(Optional.empty()), FloatFormat.ALL.stream().map(Optional::of));
  }

  /// Three ingredients, a tensor for each way to pick their dtypes; any bit pattern may occur.
  @ParameterizedTest
  @MethodSource("outDTypes")
  void everyMixtureOfFloatTypesIsThePlainMean(Optional<DType> outDType) throws IOException {
    List<List<DType>> mixtures = new ArrayList<>();
    for (DType a : FloatFormat.ALL) {
      for (DType b : FloatFormat.ALL) {
        mixtures.add(List.of(a, b, a));
        mixtures.add(List.of(a, b, b));
      }
    }
    SplittableRandom random = new SplittableRandom(5);
    List<List<long[]>> patterns =
        mixtures.stream().map(mix -> mix.stream().map(d -> patterns(d, random)).toList()).toList();
    List<Checkpoint> ingredients = new ArrayList<>();
    for (int k = 0; k < 3; k++) {
      List<Filled> tensors = new ArrayList<>();
      for (int m = 0; m < mixtures.size(); m++) {
        tensors.add(Filled.bits("t" + m, mixtures.get(m).get(k), patterns.get(m).get(k)));
      }
      ingredients.add(soups.ingredient(k + ".safetensors", Map.of(), tensors));
    }
    byte[] file = {};
    for (int threads : THREADS) {
      MergePlan plan = MergePlan.of(ingredients, Linear.mean(3), outDType);
      Merged merged = soups.merge(plan, threads, true);
      for (int m = 0; m < mixtures.size(); m++) {
        DType out = outDType.orElse(widest(mixtures.get(m)));
        assertThat(merged.spec("t" + m).dtype()).isEqualTo(out);
        assertThat(merged.bits("t" + m))
            .as("%s to %s", mixtures.get(m), out)
            .isEqualTo(PlainMean.uniform(3, out).of(mixtures.get(m), patterns.get(m)));
      }
      assertThat(threads == 1 || Arrays.equals(file, merged.file())).isTrue();
      file = merged.file();
    }
  }

  @ParameterizedTest
  @MethodSource("outDTypes")
  void weightsOfAnySignMultiplyBeforeTheSum(Optional<DType> outDType) {
    List<Double> weights = List.of(0.7, -0.2, 1e-3, 3.0);
    double divisor = 0.7 + -0.2 + 1e-3 + 3.0;
    SplittableRandom random = new SplittableRandom(6);
    for (DType dtype : FloatFormat.ALL) {
      List<long[]> patterns = Stream.generate(() -> patterns(dtype, random)).limit(4).toList();
      List<Checkpoint> ingredients = new ArrayList<>();
      for (int k = 0; k < 4; k++) {
        String file = dtype + "-" + k + ".safetensors";
        ingredients.add(soups.ingredient(file, Filled.bits("w", dtype, patterns.get(k))));
      }
      MergePlan plan = MergePlan.of(ingredients, Linear.mean(weights), outDType);
      DType out = outDType.orElse(dtype);
      assertThat(soups.merge(plan, 1, true).bits("w"))
          .isEqualTo(
              new PlainMean(weights, divisor, out)
                  .of(List.of(dtype, dtype, dtype, dtype), patterns));
    }
  }

  @Test
  void tensorsOfAnySizeAreTheSameBytesForAnyNumberOfThreads() throws IOException {
    int[] sizes = {
      0, 1, 7, 8, 9, 15, 16, 17, 63, 64, 65, 2047, 2049, 4098, 65_535, 65_537, 200_001
    };
    SplittableRandom random = new SplittableRandom(7);
    List<Checkpoint> ingredients = new ArrayList<>();
    List<List<Filled>> tensors = List.of(new ArrayList<>(), new ArrayList<>());
    for (int k = 0; k < 2; k++) {
      for (DType dtype : List.of(DType.BF16, DType.F32)) {
        for (int n : sizes) {
          double[] values = random.doubles(n, -1, 1).toArray();
          tensors.get(k).add(Filled.of(dtype + "-" + n, dtype, values));
        }
      }
      ingredients.add(soups.ingredient(k + ".safetensors", Map.of(), tensors.get(k)));
    }
    byte[] file = {};
    for (int threads : THREADS) {
      MergePlan plan = MergePlan.of(ingredients, Linear.mean(2), Optional.empty());
      Merged merged = soups.merge(plan, threads, false);
      assertThat(merged.report().notes()).isEmpty();
      for (int t = 0; t < tensors.getFirst().size(); t++) {
        Filled a = tensors.get(0).get(t);
        FloatFormat format = FloatFormat.of(a.spec().dtype());
        List<long[]> patterns =
            List.of(format.unpack(a.bytes()), format.unpack(tensors.get(1).get(t).bytes()));
        assertThat(merged.bits(a.spec().name()))
            .isEqualTo(
                PlainMean.uniform(2, a.spec().dtype())
                    .of(List.of(a.spec().dtype(), a.spec().dtype()), patterns));
      }
      assertThat(threads == 1 || Arrays.equals(file, merged.file())).isTrue();
      file = merged.file();
    }
  }

  @Test
  void scalarsAndEmptyTensorsKeepTheirShape() {
    List<Checkpoint> ingredients =
        List.of(
            soups.ingredient(
                "a.safetensors",
                Filled.of("scalar", DType.F32, 1).shaped(),
                Filled.of("empty", DType.F32).shaped(0L, 5L),
                Filled.raw("count", DType.I64, List.of(), new byte[8])),
            soups.ingredient(
                "b.safetensors",
                Filled.of("scalar", DType.F32, 2).shaped(),
                Filled.of("empty", DType.F32).shaped(0L, 5L),
                Filled.raw("count", DType.I64, List.of(), new byte[8])));
    Merged merged = soups.uniform(ingredients, Optional.empty(), false);
    assertThat(merged.spec("scalar").shape()).isEmpty();
    assertThat(merged.bits("scalar")).containsExactly(Float.floatToIntBits(1.5f));
    assertThat(merged.spec("empty").shape()).containsExactly(0L, 5L);
    assertThat(merged.bytes("count")).containsOnly(0);
    assertThat(merged.report().bytesRead()).isEqualTo(24);
    assertThat(merged.report().bytesWritten()).isEqualTo(12);
  }

  @Test
  void nanAndInfinityPassWithANote() {
    double nan = Double.NaN;
    double infinity = Double.POSITIVE_INFINITY;
    Checkpoint a =
        soups.ingredient("a.safetensors", Filled.of("w", DType.F16, nan, 1, infinity, infinity, 1));
    Checkpoint b =
        soups.ingredient("b.safetensors", Filled.of("w", DType.F16, 1, 1, 1, -infinity, -infinity));
    Merged merged = soups.uniform(List.of(a, b), Optional.empty(), false);
    assertThat(merged.bits("w")).containsExactly(0x7E00, 0x3C00, 0x7C00, 0x7E00, 0xFC00);
    assertThat(merged.report().notes())
        .containsExactly(
            "tensor 'w': 2 values NaN, as in the ingredients",
            "tensor 'w': 2 values infinite, as in the ingredients");
  }

  /// 0x7FFFFFFF is what some devices write.
  @ParameterizedTest
  @MethodSource("outDTypes")
  void nanOfAnyPayloadComesOutAsTheOneNan(Optional<DType> outDType) {
    for (DType dtype : FloatFormat.ALL) {
      FloatFormat format = FloatFormat.of(dtype);
      long[] patterns =
          LongStream.of(format.sign() - 1, 2 * format.sign() - 1, format.nan(), format.nan())
              .toArray();
      Checkpoint only = soups.ingredient(dtype + ".safetensors", Filled.bits("w", dtype, patterns));
      Merged merged = soups.uniform(List.of(only), outDType, false);
      assertThat(merged.bits("w")).containsOnly(FloatFormat.of(outDType.orElse(dtype)).nan());
      assertThat(merged.report().notes())
          .containsExactly("tensor 'w': 4 values NaN, as in the ingredients");
    }
  }

  @Test
  void aHundredIngredientsAreSummedInTheirOrder() {
    SplittableRandom random = new SplittableRandom(9);
    List<Checkpoint> ingredients = new ArrayList<>();
    List<DType> dtypes = new ArrayList<>();
    List<long[]> patterns = new ArrayList<>();
    for (int k = 0; k < 100; k++) {
      dtypes.add(DType.F32);
      patterns.add(random.longs(70, 0x3000_0000L, 0x4500_0000L).toArray());
      ingredients.add(
          soups.ingredient(k + ".safetensors", Filled.bits("w", DType.F32, patterns.get(k))));
    }
    assertThat(soups.uniform(ingredients, Optional.of(DType.F64), false).bits("w"))
        .isEqualTo(PlainMean.uniform(100, DType.F64).of(dtypes, patterns));
  }

  @Test
  void thereIsAtLeastOneThread() {
    assertThatThrownBy(() -> new MergeExecutor(0, Progress.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("threads 0");
  }

  /// The narrowest type that holds all: of several orders of the dtypes always the same.
  private static DType widest(List<DType> dtypes) {
    if (dtypes.contains(DType.F64)) {
      return DType.F64;
    }
    boolean both16 = dtypes.contains(DType.BF16) && dtypes.contains(DType.F16);
    if (dtypes.contains(DType.F32) || both16) {
      return DType.F32;
    }
    boolean both8 = dtypes.contains(DType.F8_E4M3) && dtypes.contains(DType.F8_E5M2);
    if (dtypes.contains(DType.BF16)) {
      return DType.BF16;
    }
    return dtypes.contains(DType.F16) || both8 ? DType.F16 : dtypes.getFirst();
  }

  /// Half of them any pattern, half numbers that leave room for sums.
  private static long[] patterns(DType dtype, SplittableRandom random) {
    FloatFormat format = FloatFormat.of(dtype);
    return LongStream.range(0, 333)
        .map(i ->
            i % 2 == 0
                ? random.nextLong() & (dtype.bits() == 64 ? -1 : (1L << dtype.bits()) - 1)
                : format.nearest(Math.scalb(random.nextDouble(-1, 1), random.nextInt(-20, 8))))
        .toArray();
  }
}
