package dev.stockpot.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.merge.Soups.Filled;
import dev.stockpot.merge.Soups.Merged;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a merge does not average: integers, types that are carried as bytes, metadata.
class CopiedTensorsTest {
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
  void integersAreCopiedAndDifferencesNoted() {
    Checkpoint a =
        soups.ingredient(
            "a.safetensors",
            Filled.raw("same", DType.I64, List.of(1L), new byte[8]),
            Filled.raw(
                "steps",
                DType.I32,
                List.of(2L),
                (byte) 1,
                (byte) 0,
                (byte) 0,
                (byte) 0,
                (byte) 2,
                (byte) 0,
                (byte) 0,
                (byte) 0),
            Filled.raw("mask", DType.BOOL, List.of(3L), (byte) 1, (byte) 0, (byte) 1));
    Checkpoint b =
        soups.ingredient(
            "b.safetensors",
            Filled.raw("same", DType.I64, List.of(1L), new byte[8]),
            Filled.raw(
                "steps",
                DType.I32,
                List.of(2L),
                (byte) 1,
                (byte) 0,
                (byte) 0,
                (byte) 0,
                (byte) 3,
                (byte) 0,
                (byte) 0,
                (byte) 0),
            Filled.raw("mask", DType.BOOL, List.of(3L), (byte) 1, (byte) 1, (byte) 1));
    Merged merged = soups.uniform(List.of(a, b), Optional.of(DType.BF16), false);
    for (String tensor : List.of("same", "steps", "mask")) {
      assertThat(merged.bytes(tensor)).isEqualTo(Soups.bytes(a, tensor));
    }
    assertThat(merged.report().notes())
        .containsExactly(
            "tensor 'steps': I32 differs between ingredients; the first one's is kept (%s)"
                .formatted(a.path()),
            "tensor 'mask': BOOL differs between ingredients; the first one's is kept (%s)"
                .formatted(a.path()));
  }

  @Test
  void largeIntegerTensorsAreComparedToTheirEnd() {
    byte[] bytes = new byte[300_001];
    new SplittableRandom(8).nextBytes(bytes);
    Checkpoint a =
        soups.ingredient("a.safetensors", Filled.raw("ids", DType.U8, List.of(300_001L), bytes));
    byte[] other = bytes.clone();
    other[300_000]++;
    Checkpoint b =
        soups.ingredient("b.safetensors", Filled.raw("ids", DType.U8, List.of(300_001L), other));
    Merged merged = soups.uniform(List.of(a, b), Optional.empty(), false);
    assertThat(merged.bytes("ids")).isEqualTo(bytes);
    assertThat(merged.report().notes()).hasSize(1);
  }

  @Test
  void rawTensorsThatAgreeAreCopied() {
    byte[] packed = {0x12, 0x34, 0x56};
    byte[] complex = {1, 2, 3, 4, 5, 6, 7, 8};
    List<Filled> tensors =
        List.of(
            Filled.raw("f4", DType.F4, List.of(3L, 2L), packed),
            Filled.raw("c", DType.C64, List.of(1L), complex));
    Merged merged =
        soups.uniform(
            List.of(
                soups.ingredient("a.safetensors", Map.of(), tensors),
                soups.ingredient("b.safetensors", Map.of(), tensors)),
            Optional.of(DType.F16),
            false);
    assertThat(merged.bytes("f4")).isEqualTo(packed);
    assertThat(merged.bytes("c")).isEqualTo(complex);
    assertThat(merged.report().notes()).isEmpty();
  }

  @Test
  void metadataThatAllHaveInCommonIsKept() {
    Filled tensor = Filled.of("w", DType.F32, 1);
    Checkpoint a =
        soups.ingredient(
            "a.safetensors", Map.of("format", "pt", "seed", "1", "a", "x"), List.of(tensor));
    Checkpoint b =
        soups.ingredient("b.safetensors", Map.of("format", "pt", "seed", "2"), List.of(tensor));
    assertThat(soups.uniform(List.of(a, b), Optional.empty(), false).checkpoint().metadata())
        .isEqualTo(Map.of("format", "pt"));
  }
}
