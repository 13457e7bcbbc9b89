package dev.stockpot.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.FloatFormat;
import dev.stockpot.checkpoint.Safetensors;
import dev.stockpot.merge.MergeExecutor;
import dev.stockpot.merge.MergePlan;
import dev.stockpot.merge.Soups;
import dev.stockpot.merge.Soups.Filled;
import dev.stockpot.method.Linear;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RunningSumTest {
  private static final MergeExecutor EXECUTOR = new MergeExecutor(2, Progress.NONE);

  @TempDir private Path folder;
  @TempDir private Path work;
  private Soups soups;

  @BeforeEach
  void open() {
    soups = new Soups(folder);
  }

  @AfterEach
  void close() {
    soups.close();
  }

  /// Dtypes of the ingredients in their order; in the mixed ones the precision changes on the way.
  static Stream<List<DType>> families() {
    return Stream.of(
        List.of(DType.F32, DType.F32, DType.F32, DType.F32, DType.F32),
        List.of(DType.BF16, DType.BF16, DType.BF16, DType.BF16, DType.BF16),
        List.of(DType.F16, DType.F16, DType.F16, DType.F16, DType.F16),
        List.of(DType.F64, DType.F64, DType.F64, DType.F64, DType.F64),
        List.of(DType.F8_E5M2, DType.F8_E4M3, DType.F8_E5M2, DType.BF16, DType.F16),
        List.of(DType.BF16, DType.BF16, DType.BF16, DType.F16, DType.F32, DType.BF16),
        List.of(DType.F32, DType.BF16, DType.F64, DType.F16, DType.F8_E4M3));
  }

  @ParameterizedTest
  @MethodSource("families")
  void meansAreThoseOfTheMembersAveragedTogether(List<DType> dtypes) throws IOException {
    List<Checkpoint> ingredients = ingredients(dtypes);
    for (Optional<DType> outDType : List.of(Optional.<DType>empty(), Optional.of(DType.BF16))) {
      try (RunningSum sum = new RunningSum(EXECUTOR, work, outDType, false)) {
        List<Checkpoint> members = new ArrayList<>();
        for (int k = 0; k < ingredients.size(); k++) {
          Checkpoint newcomer = ingredients.get(k);
          members.add(newcomer);
          assertThat(bytesOf(sum, newcomer)).isEqualTo(direct(members, outDType));
          if (k == 1) {
            // Turned down: leaves no trace in the sum.
            members.remove(newcomer);
          } else {
            sum.accept(newcomer);
          }
          assertThat(sum.members()).isEqualTo(members);
        }
      }
      assertThat(files(work)).isEmpty();
    }
  }

  @Test
  void oneSumIsOnDiskAtATime() throws IOException {
    try (RunningSum sum = new RunningSum(EXECUTOR, work, Optional.empty(), false)) {
      for (Checkpoint ingredient : ingredients(List.of(DType.F16, DType.F16, DType.F16))) {
        sum.accept(ingredient);
        assertThat(files(work)).hasSize(1);
      }
    }
    assertThat(files(work)).isEmpty();
  }

  @Test
  void aNewcomerThatDoesNotFitChangesNothing() throws IOException {
    List<Checkpoint> ingredients = ingredients(List.of(DType.BF16, DType.BF16, DType.BF16));
    Checkpoint other = soups.ingredient("other.safetensors", Filled.of("v", DType.BF16, 1));
    try (RunningSum sum = new RunningSum(EXECUTOR, work, Optional.empty(), false)) {
      sum.accept(ingredients.get(0));
      sum.accept(ingredients.get(1));
      assertThatThrownBy(() -> sum.accept(other))
          .isInstanceOf(CheckpointException.class)
          .hasMessageStartingWith("the ingredients do not fit together, 3 faults:\n")
          .hasMessageContaining(other.path() + ": tensor 'w': is missing; it is in ");
      assertThatThrownBy(
              () -> sum.candidate(other, folder.resolve("c.safetensors"), new Safetensors()))
          .isInstanceOf(CheckpointException.class);
      assertThat(files(work)).hasSize(1);
      assertThat(bytesOf(sum, ingredients.get(2))).isEqualTo(direct(ingredients, Optional.empty()));
    }
    assertThat(files(work)).isEmpty();
    assertThat(files(folder)).doesNotContain("c.safetensors");
  }

  @Test
  void aSumThatOverflowsLeavesNothingBehind() throws IOException {
    Checkpoint large =
        soups.ingredient("large.safetensors", Filled.of("w", DType.BF16, 0x1.FEp127));
    try (RunningSum sum = new RunningSum(EXECUTOR, work, Optional.empty(), false)) {
      sum.accept(large);
      assertThatThrownBy(() -> sum.accept(large))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("tensor 'w': 1 value overflows F32");
      assertThat(sum.members()).containsExactly(large);
      assertThat(files(work)).hasSize(1);
    }
    assertThat(files(work)).isEmpty();
  }

  private List<Checkpoint> ingredients(List<DType> dtypes) {
    SplittableRandom random = new SplittableRandom(10);
    List<Checkpoint> ingredients = new ArrayList<>();
    for (DType dtype : dtypes) {
      // Far apart, so that sums in float32 are not exact.
      double[] values =
          random.doubles(3001, -1, 1).map(v -> Math.scalb(v, random.nextInt(-30, 9))).toArray();
      values[7] = Double.NaN;
      values[8] = -0.0;
      values[9] = dtype == DType.F8_E4M3 ? 1 : Double.POSITIVE_INFINITY;
      FloatFormat format = FloatFormat.of(dtype);
      ingredients.add(
          soups.ingredient(
              ingredients.size() + ".safetensors",
              Filled.bits("w", dtype, Arrays.stream(values).mapToLong(format::nearest).toArray()),
              Filled.raw(
                  "steps",
                  DType.I64,
                  List.of(1L),
                  (byte) ingredients.size(),
                  (byte) 0,
                  (byte) 0,
                  (byte) 0,
                  (byte) 0,
                  (byte) 0,
                  (byte) 0,
                  (byte) 0)));
    }
    return ingredients;
  }

  private byte[] bytesOf(RunningSum sum, Checkpoint newcomer) throws IOException {
    Path candidate = folder.resolve("candidate.safetensors");
    sum.candidate(newcomer, candidate, new Safetensors());
    return Files.readAllBytes(candidate);
  }

  private byte[] direct(List<Checkpoint> members, Optional<DType> outDType) throws IOException {
    Path file = folder.resolve("direct.safetensors");
    MergePlan plan = MergePlan.of(members, Linear.mean(members.size()), outDType);
    EXECUTOR.execute(plan, file, false, Durability.CACHED);
    return Files.readAllBytes(file);
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
