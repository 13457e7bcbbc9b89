package dev.stockpot.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.merge.Soups.Filled;
import dev.stockpot.merge.Soups.Merged;
import dev.stockpot.method.Linear;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Merges that cannot be: what they say, and that they leave nothing behind.
class MergeFaultsTest {
  private static final double BFLOAT16_MAX = 0x1.FEp127;

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
  void overflowsAreCountedInAllTensors() throws IOException {
    Checkpoint a =
        soups.ingredient(
            "a.safetensors",
            Filled.of("one", DType.F32, 1, 65_520, 65_519),
            Filled.of("many", DType.F32, -1e6, 1e6, 1e9),
            Filled.of("none", DType.F32, 1, 2, 3));
    assertThatThrownBy(() -> soups.uniform(List.of(a), Optional.of(DType.F16), false))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            """
            values overflow, 2 faults:
              %1$s: tensor 'many': 3 values overflow F16, whose largest is 65504.0; \
            choose a wider --out-dtype, or --saturate to clamp
              %1$s: tensor 'one': 1 value overflows F16, whose largest is 65504.0; \
            choose a wider --out-dtype, or --saturate to clamp\
            """
                .formatted(soups.path("out.safetensors")));
    assertThat(soups.files()).containsExactly("a.safetensors");
  }

  @Test
  void saturateClampsToTheLargestOfTheSameSign() {
    Checkpoint a =
        soups.ingredient("a.safetensors", Filled.of("w", DType.F32, 1e6, -1e6, 65_519, -65_520));
    Merged merged = soups.uniform(List.of(a), Optional.of(DType.F16), true);
    assertThat(merged.bits("w")).containsExactly(0x7BFF, 0xFBFF, 0x7BFF, 0xFBFF);
    assertThat(merged.report().notes())
        .containsExactly("tensor 'w': 3 values clamped to the range of F16");
  }

  @Test
  void infinityOutOfNumbersIsAnOverflow() {
    List<Checkpoint> ingredients = two("w", DType.BF16, BFLOAT16_MAX);
    assertThatThrownBy(() -> soups.uniform(ingredients, Optional.empty(), false))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "%s: tensor 'w': 1 value overflows BF16, whose largest is 3.3895313892515355E38; "
                    .formatted(soups.path("out.safetensors"))
                + "choose a wider --out-dtype, or --saturate to clamp");
    assertThat(soups.uniform(ingredients, Optional.empty(), true).bits("w"))
        .containsExactly(0x7F7F);
  }

  /// The sum is in float32, and a wide output does not make it wider.
  @Test
  void whatOverflowsTheSumIsClampedToTheLargestSum() {
    List<Checkpoint> ingredients = two("w", DType.BF16, -BFLOAT16_MAX);
    Merged merged = soups.uniform(ingredients, Optional.of(DType.F64), true);
    assertThat(merged.bits("w")).containsExactly(Double.doubleToLongBits(-Float.MAX_VALUE));
  }

  @Test
  void float8E4M3HasNoInfinity() {
    Checkpoint a =
        soups.ingredient(
            "a.safetensors",
            Filled.of("w", DType.F32, Double.NEGATIVE_INFINITY, Double.NaN, 448, 464, -465));
    assertThatThrownBy(() -> soups.uniform(List.of(a), Optional.of(DType.F8_E4M3), false))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "%s: tensor 'w': 2 values overflow F8_E4M3, whose largest is 448.0; "
                    .formatted(soups.path("out.safetensors"))
                + "choose a wider --out-dtype, or --saturate to clamp");
    Merged merged = soups.uniform(List.of(a), Optional.of(DType.F8_E4M3), true);
    assertThat(merged.bits("w")).containsExactly(0xFE, 0x7F, 0x7E, 0x7E, 0xFE);
    assertThat(merged.report().notes())
        .containsExactly(
            "tensor 'w': 1 value NaN, as in the ingredients",
            "tensor 'w': 2 values clamped to the range of F8_E4M3");
  }

  @Test
  void rawTensorsThatDifferAreRefusedBeforeAnythingIsWritten() throws IOException {
    Checkpoint a =
        soups.ingredient(
            "a.safetensors",
            Filled.raw("f4", DType.F4, List.of(2L), (byte) 1),
            Filled.raw("scale", DType.F8_E8M0, List.of(1L), (byte) 1));
    Checkpoint b =
        soups.ingredient(
            "b.safetensors",
            Filled.raw("f4", DType.F4, List.of(2L), (byte) 2),
            Filled.raw("scale", DType.F8_E8M0, List.of(1L), (byte) 2));
    assertThatThrownBy(() -> soups.uniform(List.of(a, b), Optional.empty(), false))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            """
            some tensors cannot be averaged, 2 faults:
              %1$s: tensor 'scale': dtype F8_E8M0 cannot be averaged, and the values differ from \
            those in %2$s
              %1$s: tensor 'f4': dtype F4 cannot be averaged, and the values differ from those \
            in %2$s\
            """
                .formatted(b.path(), a.path()));
    assertThat(soups.files()).containsExactly("a.safetensors", "b.safetensors");
  }

  @Test
  void anIngredientThatShrinksLeavesNothingBehind() throws IOException {
    double[] values = new double[300_000];
    List<Checkpoint> ingredients =
        List.of(
            soups.ingredient("a.safetensors", Filled.of("w", DType.F32, values)),
            soups.ingredient("b.safetensors", Filled.of("w", DType.F32, values)));
    try (FileChannel file =
        FileChannel.open(soups.path("b.safetensors"), StandardOpenOption.WRITE)) {
      file.truncate(1_000_000);
    }
    for (int threads : new int[] {1, 2, 7}) {
      MergePlan plan = MergePlan.of(ingredients, Linear.mean(2), Optional.empty());
      assertThatThrownBy(() -> soups.merge(plan, threads, false))
          .isInstanceOf(CheckpointException.class)
          .hasMessageStartingWith(soups.path("b.safetensors") + ": tensor 'w': has been cut off")
          .hasMessageContaining("ends at byte 1000000 instead of 12000");
      assertThat(soups.files()).containsExactly("a.safetensors", "b.safetensors");
    }
  }

  @Test
  void noteShowsTensorNamesAsOneLine() {
    Checkpoint a = soups.ingredient("a.safetensors", Filled.of("w\n\033[2J", DType.F16, 1e300));
    assertThat(soups.uniform(List.of(a), Optional.empty(), false).report().notes())
        .containsExactly("tensor 'w\\u000a\\u001b[2J': 1 value infinite, as in the ingredients");
  }

  private List<Checkpoint> two(String name, DType dtype, double value) {
    return List.of(
        soups.ingredient("a.safetensors", Filled.of(name, dtype, value)),
        soups.ingredient("b.safetensors", Filled.of(name, dtype, value)));
  }

  /// A config's dtype rounds the inputs first; what overflows there must not pass as infinite.
  @Test
  void inputsThatOverflowTheDtypeTheyAreRoundedToAreToldOrClamped() {
    try (Soups soups = new Soups(folder)) {
      Checkpoint one = soups.ingredient("one.safetensors", Filled.of("w", DType.F32, 70_000, 1));
      Step.Mix step =
          new Step.Mix(
              one.tensors().get("w"),
              List.of(Source.of(one, "w")),
              Linear.mean(1),
              Optional.of(DType.F16),
              0);
      MergePlan plan = new MergePlan(List.of(one), List.of(step), Map.of());
      assertThatThrownBy(() -> soups.merge(plan, 1, false))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(
              folder.resolve("out.safetensors")
                  + ": tensor 'w': 1 value of the inputs overflows F16, to which the config's dtype"
                  + " rounds them and whose largest is 65504.0; choose a wider dtype, or --saturate"
                  + " to clamp");
      Soups.Merged clamped = soups.merge(plan, 1, true);
      assertThat(clamped.bits("w")).containsExactly(Float.floatToRawIntBits(65_504), 0x3F80_0000);
      assertThat(clamped.report().notes())
          .containsExactly("tensor 'w': 1 value of the inputs clamped to the config's dtype");
    }
  }
}
