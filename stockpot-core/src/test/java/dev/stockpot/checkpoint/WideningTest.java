package dev.stockpot.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;

/// What [Elements] reads, against [FloatFormat].
class WideningTest {
  static final List<DType> NARROW = FloatFormat.NARROW;
  static final List<DType> ALL = FloatFormat.ALL;

  private final Elements elements = new Elements();

  @ParameterizedTest
  @FieldSource("NARROW")
  void everyPatternHasItsValue(DType dtype) {
    FloatFormat format = FloatFormat.of(dtype);
    long[] patterns = LongStream.range(0, 1 << dtype.bits()).toArray();
    MemorySegment source = MemorySegment.ofArray(format.pack(patterns));
    float[] floats = new float[Elements.TILE];
    double[] doubles = new double[Elements.TILE];
    int wrong = 0;
    for (int at = 0; at < patterns.length; at += Elements.TILE) {
      int n = Math.min(Elements.TILE, patterns.length - at);
      elements.toFloats(dtype, source, (long) at * dtype.bytes(), n, floats);
      elements.toDoubles(dtype, source, (long) at * dtype.bytes(), n, doubles);
      for (int i = 0; i < n; i++) {
        double expected = format.value(patterns[at + i]);
        wrong += same(floats[i], expected) && same(doubles[i], expected) ? 0 : 1;
      }
    }
    assertThat(wrong).isZero();
  }

  @ParameterizedTest
  @FieldSource("ALL")
  void anyNumberOfElementsFromAnyByteOn(DType dtype) {
    FloatFormat format = FloatFormat.of(dtype);
    SplittableRandom random = new SplittableRandom(1);
    for (int n : new int[] {0, 1, 7, 8, 9, 15, 16, 17, 63, 64, 65, 2047, 2048}) {
      for (int offset : new int[] {0, 1, 2, 3, 5, 8}) {
        byte[] bytes = new byte[offset + n * dtype.bytes()];
        random.nextBytes(bytes);
        byte[] packed = Arrays.copyOfRange(bytes, offset, bytes.length);
        long[] patterns = format.unpack(packed);
        double[] doubles = new double[n];
        elements.toDoubles(dtype, MemorySegment.ofArray(bytes), offset, n, doubles);
        for (int i = 0; i < n; i++) {
          assertThat(same(doubles[i], format.value(patterns[i]))).isTrue();
        }
      }
    }
  }

  @ParameterizedTest
  @FieldSource("ALL")
  void whatLiesBehindTheTileIsNotTouched(DType dtype) {
    byte[] source = FloatFormat.of(dtype).packValues(1, 1, 1, 1, 1, 1, 1, 1, 1);
    for (int n = 0; n < 9; n++) {
      double[] doubles = new double[9];
      elements.toDoubles(dtype, MemorySegment.ofArray(source), 0, n, doubles);
      for (int i = 0; i < 9; i++) {
        assertThat(doubles[i]).isEqualTo(i < n ? 1 : 0);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void onlyFloatTypesWiden(DType dtype) {
    if (!dtype.isFloat()) {
      assertThatThrownBy(() ->
              elements.toDoubles(dtype, MemorySegment.ofArray(new byte[8]), 0, 1, new double[1]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(dtype + " is not a float type");
    }
  }

  @ParameterizedTest
  @EnumSource(names = "F64")
  void float64DoesNotFitIntoFloat32(DType dtype) {
    assertThatThrownBy(
            () -> elements.toFloats(dtype, MemorySegment.ofArray(new byte[8]), 0, 1, new float[1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("F64 does not widen to float32");
  }

  /// The same number with the same sign, or both NaN.
  private static boolean same(double a, double b) {
    return Double.doubleToLongBits(a) == Double.doubleToLongBits(b);
  }
}
