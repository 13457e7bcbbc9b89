package dev.stockpot.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TensorStatisticsTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 8, 9, 15, 16, 17, 63, 64, 65, 2047, 2048, 2049, 4098, 65_537})
  void sumsRunTileByTileInOrder(int n) {
    SplittableRandom random = new SplittableRandom(n);
    double[] values = random.doubles(n, -1, 1).toArray();
    double sum = 0;
    double squares = 0;
    for (int tile = 0; tile < n; tile += 2048) {
      double tileSum = 0;
      double tileSquares = 0;
      for (int i = tile; i < Math.min(n, tile + 2048); i++) {
        tileSum += values[i];
        tileSquares += values[i] * values[i];
      }
      sum += tileSum;
      squares += tileSquares;
    }
    TensorStatistics found = of(DType.F64, n, (bytes, i) -> bytes.putDouble(values[i])).get();
    assertThat(found)
        .isEqualTo(
            new TensorStatistics(
                n,
                Optional.of(Arrays.stream(values).min().getAsDouble()),
                Optional.of(Arrays.stream(values).max().getAsDouble()),
                OptionalDouble.of(sum / n),
                Math.sqrt(squares),
                0,
                0));
  }

  @Test
  void nansAreCountedAndLeftOut() {
    float[] values = {Float.NaN, 3, -4, Float.NaN};
    assertThat(of(DType.F32, 4, (bytes, i) -> bytes.putFloat(values[i])))
        .contains(
            new TensorStatistics(
                4, Optional.of(-4.0), Optional.of(3.0), OptionalDouble.of(-0.5), 5, 2, 0));
    assertThat(of(DType.F32, 3, (bytes, _) -> bytes.putFloat(Float.NaN)))
        .contains(
            new TensorStatistics(
                3, Optional.empty(), Optional.empty(), OptionalDouble.empty(), 0, 3, 0));
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F64", "F32", "F16", "BF16", "F8_E5M2"})
  void everyFloatTypeCountsInfinities(DType dtype) {
    double[] values = {1.5, Double.NEGATIVE_INFINITY};
    byte[] elements = new byte[2 * dtype.bytes()];
    new Elements().fromDoubles(dtype, values, 2, MemorySegment.ofArray(elements), 0);
    TensorStatistics found =
        of(dtype, 2, (bytes, i) -> bytes.put(elements, i * dtype.bytes(), dtype.bytes())).get();
    assertThat(found.infinities()).isEqualTo(1);
    assertThat(found.min()).contains(Double.NEGATIVE_INFINITY);
    assertThat(found.max()).contains(1.5);
  }

  @Test
  void integersAreExactAtTheirEnds() {
    long[] longs = {Long.MAX_VALUE, Long.MIN_VALUE};
    TensorStatistics signed = of(DType.I64, 2, (bytes, i) -> bytes.putLong(longs[i])).get();
    assertThat(signed.min()).contains(Long.MIN_VALUE);
    assertThat(signed.max()).contains(Long.MAX_VALUE);
    TensorStatistics unsigned = of(DType.U64, 2, (bytes, i) -> bytes.putLong(i - 1L)).get();
    assertThat(unsigned.min()).contains(0L);
    assertThat(unsigned.max()).contains(new BigInteger("18446744073709551615"));
    assertThat(ends(DType.I32, 4)).isEqualTo(List.of(-1L, 0L));
    assertThat(ends(DType.U32, 4)).isEqualTo(List.of(0L, 4294967295L));
    assertThat(ends(DType.I16, 2)).isEqualTo(List.of(-1L, 0L));
    assertThat(ends(DType.U16, 2)).isEqualTo(List.of(0L, 65535L));
    assertThat(ends(DType.I8, 1)).isEqualTo(List.of(-1L, 0L));
    assertThat(ends(DType.U8, 1)).isEqualTo(List.of(0L, 255L));
    assertThat(ends(DType.BOOL, 1)).isEqualTo(List.of(0L, 1L));
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F32", "I64", "U64", "BOOL"})
  void emptyTensorsHaveNoNumbers(DType dtype) {
    assertThat(of(dtype, 0, (_, _) -> {}))
        .contains(
            new TensorStatistics(
                0, Optional.empty(), Optional.empty(), OptionalDouble.empty(), 0, 0, 0));
  }

  @Test
  void rawElementsHaveNone() {
    assertThat(of(DType.C64, 1, (bytes, _) -> bytes.putLong(0))).isEmpty();
  }

  @Test
  void firstValuesKeepTheirType() {
    try (Checkpoint checkpoint = write(DType.F32, 5, (bytes, i) -> bytes.putFloat(i + 0.1f))) {
      ElementReader reader = new ElementReader();
      assertThat(reader.first(checkpoint, "t", 2)).isEqualTo(List.of(0.1f, 1.1f));
      assertThat(reader.first(checkpoint, "t", 99)).hasSize(5);
      assertThatThrownBy(() -> reader.first(checkpoint, "u", 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("no tensor 'u'");
    }
  }

  private List<Object> ends(DType dtype, int width) {
    byte[] ones = {-1, -1, -1, -1};
    byte[] zeros = new byte[4];
    TensorStatistics found =
        of(dtype, 2, (bytes, i) -> bytes.put(i == 0 ? ones : zeros, 0, width)).get();
    return List.of(found.min().get(), found.max().get());
  }

  private Optional<TensorStatistics> of(DType dtype, int n, BiConsumer<ByteBuffer, Integer> put) {
    try (Checkpoint checkpoint = write(dtype, n, put)) {
      return TensorStatistics.of(checkpoint, "t", new ElementReader());
    }
  }

  private Checkpoint write(DType dtype, int n, BiConsumer<ByteBuffer, Integer> put) {
    TensorSpec spec = new TensorSpec("t", dtype, List.of((long) n));
    ByteBuffer bytes = ByteBuffer.allocate((int) spec.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < n; i++) {
      put.accept(bytes, i);
    }
    Path path = folder.resolve("t.safetensors");
    try (CheckpointWriter writer =
        Checkpoints.create(path, List.of(spec), Map.of(), Durability.CACHED)) {
      writer.write("t", 0, bytes.flip());
      writer.commit();
    }
    return Checkpoints.open(path);
  }
}
