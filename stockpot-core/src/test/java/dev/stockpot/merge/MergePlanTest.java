package dev.stockpot.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.merge.Soups.Filled;
import dev.stockpot.method.Linear;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MergePlanTest {
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

  @Test
  void everyMismatchIsListedAtOnce() {
    Checkpoint a =
        soups.ingredient(
            "a.safetensors",
            Filled.of("fc.weight", DType.F32, 1, 2, 3, 4).shaped(2L, 2L),
            Filled.of("fc.bias", DType.F32, 1, 2),
            Filled.raw("steps", DType.I32, List.of(1L), new byte[4]),
            Filled.of("gone", DType.F32, 1));
    Checkpoint b =
        soups.ingredient(
            "b.safetensors",
            Filled.of("fc.weight", DType.F32, 1, 2, 3, 4).shaped(4L),
            Filled.raw("fc.bias", DType.I32, List.of(2L), new byte[8]),
            Filled.raw("steps", DType.I16, List.of(1L), new byte[2]),
            Filled.of("extra", DType.F32, 1));
    Checkpoint c =
        soups.ingredient(
            "c.safetensors",
            Filled.of("fc.weight", DType.BF16, 1, 2, 3, 4).shaped(2L, 2L),
            Filled.of("fc.bias", DType.F16, 1, 2),
            Filled.raw("steps", DType.I32, List.of(1L), new byte[4]),
            Filled.raw("gone", DType.C64, List.of(1L), new byte[8]));
    assertThatThrownBy(() -> MergePlan.of(List.of(a, b, c), Linear.mean(3), Optional.empty()))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            """
            the ingredients do not fit together, 6 faults:
              %2$s: tensor 'fc.bias': dtype I32 differs from F32 in %1$s
              %2$s: tensor 'fc.weight': shape [4] differs from [2, 2] in %1$s
              %2$s: tensor 'gone': is missing; it is in %1$s
              %2$s: tensor 'steps': dtype I16 differs from I32 in %1$s
              %2$s: tensor 'extra': is not in %1$s
              %3$s: tensor 'gone': dtype C64 differs from F32 in %1$s\
            """
                .formatted(a.path(), b.path(), c.path()));
  }

  @Test
  void aSingleMismatchNeedsNoHeading() {
    Checkpoint a = soups.ingredient("a.safetensors", Filled.of("w", DType.F32, 1, 2));
    Checkpoint b = soups.ingredient("b.safetensors", Filled.of("w", DType.F32, 1));
    assertThatThrownBy(() -> MergePlan.of(List.of(a, b), Linear.mean(2), Optional.empty()))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "%s: tensor 'w': shape [1] differs from [2] in %s".formatted(b.path(), a.path()));
  }

  @Test
  void theWidestTypeDoesNotDependOnTheOrder() {
    expectOutput(DType.F32, DType.BF16, DType.F16);
    expectOutput(DType.F16, DType.F8_E4M3, DType.F8_E5M2);
    expectOutput(DType.BF16, DType.F8_E4M3, DType.F8_E5M2, DType.BF16);
    expectOutput(DType.F16, DType.F8_E4M3, DType.F8_E5M2, DType.F16);
    expectOutput(DType.F32, DType.F8_E4M3, DType.F8_E5M2, DType.F16, DType.BF16);
    expectOutput(DType.F64, DType.F64, DType.F32, DType.F16, DType.BF16);
  }

  @Test
  void sumsAreWideWhenAnyIngredientIs() {
    assertThat(Precision.of(List.of(DType.BF16, DType.F16, DType.F8_E4M3)))
        .isEqualTo(Precision.FLOAT32);
    assertThat(Precision.of(List.of(DType.BF16, DType.F32))).isEqualTo(Precision.FLOAT64);
    assertThat(Precision.of(List.of(DType.F64, DType.F16))).isEqualTo(Precision.FLOAT64);
  }

  @Test
  void aPlanKeepsItsOwnMetadata() {
    Map<String, String> metadata = new HashMap<>(Map.of("a", "b"));
    MergePlan plan = new MergePlan(List.of(), List.of(), metadata);
    metadata.clear();
    assertThat(plan.metadata()).isEqualTo(Map.of("a", "b"));
  }

  private void expectOutput(DType expected, DType... dtypes) {
    List<Checkpoint> ingredients = new ArrayList<>();
    for (DType dtype : dtypes) {
      ingredients.add(soups.ingredient(dtype + ".safetensors", Filled.of("w", dtype, 1)));
    }
    for (int seed = 0; seed < 20; seed++) {
      Collections.shuffle(ingredients, new Random(seed));
      MergePlan plan = MergePlan.of(ingredients, Linear.mean(dtypes.length), Optional.empty());
      assertThat(plan.output()).containsExactly(new TensorSpec("w", expected, List.of(1L)));
    }
  }
}
