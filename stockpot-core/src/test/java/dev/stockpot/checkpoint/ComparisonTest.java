package dev.stockpot.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.TensorComparison.Pair;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ComparisonTest {
  @TempDir private Path folder;

  /// What a file of the tests holds.
  private final class Model {
    private final Path path;
    private final Map<TensorSpec, byte[]> contents = new LinkedHashMap<>();

    Model(String name) {
      path = folder.resolve(name + ".safetensors");
    }

    Model floats(String name, DType dtype, double... values) {
      byte[] content = new byte[values.length * dtype.bytes()];
      MemorySegment target = MemorySegment.ofArray(content);
      for (int at = 0; at < values.length; at += Elements.TILE) {
        int n = Math.min(Elements.TILE, values.length - at);
        double[] tile = Arrays.copyOfRange(values, at, at + n);
        new Elements().fromDoubles(dtype, tile, n, target, (long) at * dtype.bytes());
      }
      return raw(name, dtype, values.length, content);
    }

    Model longs(String name, DType dtype, long... values) {
      ByteBuffer content = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
      content.asLongBuffer().put(values);
      return raw(name, dtype, values.length, content.array());
    }

    Model raw(String name, DType dtype, long elements, byte... content) {
      contents.put(new TensorSpec(name, dtype, List.of(elements)), content);
      return this;
    }

    Checkpoint open() {
      try (CheckpointWriter writer =
          Checkpoints.create(path, contents.keySet(), Map.of(), Durability.CACHED)) {
        contents.forEach((spec, bytes) -> writer.write(spec.name(), 0, ByteBuffer.wrap(bytes)));
        writer.commit();
      }
      return Checkpoints.open(path);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 9, 63, 64, 65, 2047, 2048, 2049, 4098, 65_537})
  void sumsRunTileByTileInOrder(int n) {
    SplittableRandom random = new SplittableRandom(n);
    double[] a = random.doubles(n, -1, 1).toArray();
    double[] b = random.doubles(n, -1, 1).toArray();
    double[] c = random.doubles(n, -1, 1).toArray();
    double[] expected = new double[7];
    double largest = 0;
    for (int tile = 0; tile < n; tile += 2048) {
      double[] sums = new double[7];
      for (int i = tile; i < Math.min(n, tile + 2048); i++) {
        largest = Math.max(largest, Math.abs(a[i] - b[i]));
        sums[0] += a[i] * a[i];
        sums[1] += b[i] * b[i];
        sums[2] += a[i] * b[i];
        sums[3] += (a[i] - b[i]) * (a[i] - b[i]);
        sums[4] += (a[i] - c[i]) * (a[i] - c[i]);
        sums[5] += (b[i] - c[i]) * (b[i] - c[i]);
        sums[6] += (a[i] - c[i]) * (b[i] - c[i]);
      }
      for (int k = 0; k < 7; k++) {
        expected[k] += sums[k];
      }
    }
    try (Checkpoint first = new Model("a").floats("t", DType.F64, a).open();
        Checkpoint second = new Model("b").floats("t", DType.F64, b).open();
        Checkpoint base = new Model("c").floats("t", DType.F64, c).open()) {
      assertThat(new TensorComparer().compare(first, second, Optional.of(base), "t"))
          .isEqualTo(
              new TensorComparison(
                  n,
                  n,
                  0,
                  largest,
                  new Pair(expected[0], expected[1], expected[2]),
                  expected[3],
                  Optional.of(new Pair(expected[4], expected[5], expected[6]))));
    }
  }

  @Test
  void anglesNormsAndShares() {
    try (Checkpoint a = new Model("a").floats("t", DType.F32, 4, 1).open();
        Checkpoint b = new Model("b").floats("t", DType.BF16, 1, 4).open();
        Checkpoint base = new Model("c").floats("t", DType.F16, 1, 1).open()) {
      TensorComparison found = new TensorComparer().compare(a, b, Optional.of(base), "t");
      assertThat(found.norm()).isEqualTo(Math.sqrt(18));
      assertThat(found.relative()).isEqualTo(Math.sqrt(18) / Math.sqrt(17));
      assertThat(found.pair().cosine().getAsDouble()).isCloseTo(8.0 / 17, within(1e-15));
      Pair moves = found.moves().orElseThrow();
      assertThat(moves.normA()).isEqualTo(3);
      assertThat(moves.normB()).isEqualTo(3);
      assertThat(moves.angleDegrees().getAsDouble()).isEqualTo(90);
    }
  }

  @Test
  void zeroHasNoAngle() {
    Pair pair = new Pair(0, 1, 0);
    assertThat(pair.cosine()).isEmpty();
    assertThat(pair.angleDegrees()).isEmpty();
    assertThat(TensorComparison.none(true).relative()).isZero();
  }

  @Test
  void whatIsNotFiniteIsCountedAndLeftOut() {
    double inf = Double.POSITIVE_INFINITY;
    double nan = Double.NaN;
    try (Checkpoint a = new Model("a").floats("t", DType.F32, nan, nan, inf, inf, 0.0, 5).open();
        Checkpoint b = new Model("b").floats("t", DType.F32, nan, 1, inf, -inf, -0.0, 2).open()) {
      assertThat(new TensorComparer().compare(a, b, Optional.empty(), "t"))
          .isEqualTo(new TensorComparison(6, 3, 4, 3, new Pair(25, 4, 10), 9, Optional.empty()));
    }
  }

  @Test
  void aComparerForgetsTheBaseOfTheTensorBefore() {
    TensorComparer comparer = new TensorComparer();
    try (Checkpoint a = new Model("a").floats("t", DType.F32, 1, 2).open();
        Checkpoint base = new Model("c").floats("t", DType.F32, Double.NaN, 0).open()) {
      assertThat(comparer.compare(a, a, Optional.of(base), "t").notFinite()).isEqualTo(1);
      assertThat(comparer.compare(a, a, Optional.empty(), "t").notFinite()).isZero();
    }
  }

  @Test
  void integersDifferExactlyEvenBeyondFloat64() {
    long large = 1L << 60;
    try (Checkpoint a =
            new Model("a").longs("i", DType.I64, large, 7).longs("u", DType.U64, -1, 1).open();
        Checkpoint b =
            new Model("b")
                .longs("i", DType.I64, large + 1, 7)
                .longs("u", DType.I64, -1, 1)
                .open()) {
      TensorComparer comparer = new TensorComparer();
      TensorComparison signed = comparer.compare(a, b, Optional.empty(), "i");
      assertThat(signed.differing()).isEqualTo(1);
      assertThat(signed.largest()).isZero();
      TensorComparison unsigned = comparer.compare(a, b, Optional.empty(), "u");
      assertThat(unsigned.differing()).isEqualTo(1);
      assertThat(unsigned.largest()).isEqualTo(0x1p64);
    }
  }

  @Test
  void headersAreToldInWordsAndTheMostDifferentComesFirst() {
    Model first =
        new Model("a")
            .floats("same", DType.F32, 1, 2)
            .floats("near", DType.F32, 100, 1)
            .floats("far", DType.F32, 1)
            .floats("dtype", DType.F32, 1)
            .floats("shape", DType.F32, 1, 2)
            .floats("mine", DType.F32, 1)
            .raw("raw", DType.C64, 1, new byte[8])
            .raw("equal", DType.C64, 1, new byte[8]);
    Model second =
        new Model("b")
            .floats("same", DType.F32, 1, 2)
            .floats("near", DType.F32, 100, 2)
            .floats("far", DType.F32, -1)
            .floats("dtype", DType.BF16, 1)
            .floats("shape", DType.F16, 1)
            .floats("yours", DType.F32, 1)
            .raw("raw", DType.C64, 1, new byte[] {0, 0, 0, 0, 0, 1, 0, 0})
            .raw("equal", DType.C64, 1, new byte[8]);
    try (Checkpoint a = first.open();
        Checkpoint b = second.open()) {
      Comparison comparison = Comparison.of(a, b, Optional.empty(), Progress.NONE);
      assertThat(comparison.headers())
          .isEqualTo(
              Map.of(
                  "dtype", "dtype F32 and BF16",
                  "shape", "shape [2] and [1], dtype F32 and F16",
                  "mine", "only in " + a.path(),
                  "yours", "only in " + b.path(),
                  "raw", "C64 bytes differ"));
      assertThat(comparison.mostDifferent().subList(0, 2)).containsExactly("far", "near");
      assertThat(comparison.mostDifferent())
          .containsExactlyInAnyOrder("far", "near", "same", "dtype");
      assertThat(comparison.isSame()).isFalse();
      TensorComparison total = comparison.total(false);
      assertThat(total.elements()).isEqualTo(6);
      assertThat(total.differing()).isEqualTo(2);
      assertThat(total.norm()).isEqualTo(Math.sqrt(5));
      assertThat(total.moves()).isEmpty();
      assertThat(TensorBytes.firstDifference(a, b, "raw")).isEqualTo(OptionalLong.of(5));
      assertThat(TensorBytes.firstDifference(a, b, "equal")).isEmpty();
      assertThat(Comparison.of(a, a, Optional.empty(), Progress.NONE).isSame()).isTrue();
      assertThatThrownBy(() -> TensorBytes.firstDifference(a, b, "shape"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("tensor 'shape': sizes differ");
      assertThatThrownBy(() -> new TensorComparer().compare(a, b, Optional.empty(), "shape"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("tensor 'shape': shapes [2] and [1]");
    }
  }

  @Test
  void tensorsThatTheBaseLacksHaveNoMoves() {
    try (Checkpoint a =
            new Model("a").floats("x", DType.F32, 2).floats("y", DType.F32, 1, 1).open();
        Checkpoint b =
            new Model("b").floats("x", DType.F32, 3).floats("y", DType.F32, 1, 1).open();
        Checkpoint base =
            new Model("c").floats("x", DType.F32, 1).floats("y", DType.F32, 1).open()) {
      Comparison comparison = Comparison.of(a, b, Optional.of(base), Progress.NONE);
      assertThat(comparison.tensors().get("y").moves()).isEmpty();
      assertThat(comparison.total(true).moves()).contains(new Pair(1, 4, 2));
    }
  }
}
