package dev.stockpot.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;

/// What [Elements] writes, against [FloatFormat].
class RoundingTest {
  static final List<DType> NARROW = FloatFormat.NARROW;
  static final List<DType> ALL = FloatFormat.ALL;

  /// Tiles are full of what is looked at, but for one element: odd, so that pairs shift.
  private static final int N = Elements.TILE - 1;

  private final Elements elements = new Elements();

  @ParameterizedTest
  @FieldSource("NARROW")
  void everyNumberComesBack(DType dtype) {
    FloatFormat format = FloatFormat.of(dtype);
    double[] values = new double[2 * (int) format.nonFinite()];
    for (int i = 0; i < format.nonFinite(); i++) {
      values[2 * i] = format.value(i);
      values[2 * i + 1] = -format.value(i);
    }
    assertRounded(dtype, values);
  }

  /// In float32 and in float64: each middle between neighbours (also the one beyond the largest)
  /// and the next floats and doubles on either side of it.
  @ParameterizedTest
  @FieldSource("NARROW")
  void middlesGoToTheEvenNeighbourAndTheRestToTheNearer(DType dtype) {
    FloatFormat format = FloatFormat.of(dtype);
    double largest = format.value(format.largest());
    double[] values = new double[10 * (int) format.nonFinite()];
    for (int i = 0; i < format.nonFinite(); i++) {
      double below = format.value(i);
      double above =
          i == format.largest() ? 2 * largest - format.value(i - 1) : format.value(i + 1);
      double middle = (below + above) / 2;
      float near = (float) middle;
      double[] around = {
        middle, Math.nextUp(near), Math.nextDown(near), Math.nextUp(middle), Math.nextDown(middle)
      };
      for (int j = 0; j < 5; j++) {
        values[10 * i + 2 * j] = around[j];
        values[10 * i + 2 * j + 1] = -around[j];
      }
    }
    assertRounded(dtype, values);
  }

  /// Values that a first rounding to float32 would move onto a middle.
  @ParameterizedTest
  @FieldSource("NARROW")
  void float64IsRoundedOnce(DType dtype) {
    FloatFormat format = FloatFormat.of(dtype);
    SplittableRandom random = new SplittableRandom(2);
    double[] values = new double[20_000];
    int moved = 0;
    for (int i = 0; i < values.length; i++) {
      long bits = random.nextLong(format.largest());
      double middle = (format.value(bits) + format.value(bits + 1)) / 2;
      double nudge = Math.scalb(middle, -25 - random.nextInt(27));
      values[i] = random.nextBoolean() ? middle + nudge : middle - nudge;
      moved += format.nearest((float) values[i]) != format.nearest(values[i]) ? 1 : 0;
    }
    assertThat(moved).isGreaterThan(1000);
    assertRounded(dtype, values);
  }

  @ParameterizedTest
  @FieldSource("ALL")
  void randomPatternsOfFloat64AreRoundedToTheNearest(DType dtype) {
    SplittableRandom random = new SplittableRandom(3);
    double[] values = new double[40_000];
    for (int i = 0; i < values.length; i += 2) {
      values[i] = Double.longBitsToDouble(random.nextLong());
      // And such as are likely to be in the format's range.
      values[i + 1] = Math.scalb(random.nextDouble(-2, 2), random.nextInt(-160, 135));
    }
    assertRounded(dtype, values);
  }

  @ParameterizedTest
  @FieldSource("ALL")
  void zerosInfinitiesAndTheEndsOfFloat64(DType dtype) {
    double[] positive = {
      0,
      Double.MIN_VALUE,
      Double.MIN_NORMAL,
      Float.MIN_VALUE,
      0.5 * Float.MIN_VALUE,
      Math.nextUp(0.5 * Float.MIN_VALUE),
      Float.MIN_NORMAL,
      Float.MAX_VALUE,
      0x1.FFFFFFp127,
      Math.nextDown(0x1.FFFFFFp127),
      0x1p128,
      Double.MAX_VALUE,
      Double.POSITIVE_INFINITY
    };
    assertRounded(
        dtype,
        DoubleStream.concat(Arrays.stream(positive), Arrays.stream(positive).map(v -> -v))
            .toArray());
  }

  @Test
  void float32IsWhatBigDecimalMakesOfFloat64() {
    SplittableRandom random = new SplittableRandom(4);
    double[] values = new double[1000];
    for (int i = 0; i < values.length; i++) {
      float near = Math.scalb(random.nextFloat(1, 2), random.nextInt(-150, 128));
      values[i] = ((double) near + Math.nextUp(near)) / 2 * (1 + random.nextInt(-1, 2) * 0x1p-52);
    }
    byte[] found = new byte[4 * values.length];
    elements.fromDoubles(DType.F32, values, values.length, MemorySegment.ofArray(found), 0);
    for (int i = 0; i < values.length; i++) {
      assertThat((float) FloatFormat.of(DType.F32).value(bits(DType.F32, found)[i]))
          .isEqualTo(new BigDecimal(values[i]).floatValue());
    }
  }

  /// The flag is what decides whether anybody counts NaNs and overflows, so no NaN may slip through
  /// it, whatever its payload, at any place in a tile of any size.
  @ParameterizedTest
  @FieldSource("ALL")
  void theFlagSeesWhatIsNotFinite(DType dtype) {
    float[] bad = {
      Float.NaN,
      Float.intBitsToFloat(0x7F80_0001),
      Float.intBitsToFloat(0x7FFF_FFFF),
      Float.intBitsToFloat(0x7FFF_E000),
      Float.intBitsToFloat(0xFFFF_FFFF),
      Float.intBitsToFloat(0xFF80_0001),
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY
    };
    for (int n : new int[] {1, 7, 8, 9, 15, 16, 17, 63, 64, 65}) {
      for (int at = 0; at < n; at++) {
        for (float value : bad) {
          float[] floats = new float[n];
          double[] doubles = new double[n];
          Arrays.fill(floats, 1);
          Arrays.fill(doubles, 1);
          floats[at] = value;
          doubles[at] = value;
          MemorySegment target = MemorySegment.ofArray(new byte[n * dtype.bytes()]);
          assertThat(elements.fromFloats(dtype, floats, n, target, 0)).isFalse();
          assertThat(elements.fromDoubles(dtype, doubles, n, target, 0)).isFalse();
        }
      }
    }
  }

  @ParameterizedTest
  @FieldSource("NARROW")
  void theFlagSeesWhatOverflows(DType dtype) {
    FloatFormat format = FloatFormat.of(dtype);
    double largest = format.value(format.largest());
    double middle = largest + (largest - format.value(format.largest() - 1)) / 2;
    float begins = dtype == DType.F8_E4M3 ? Math.nextUp((float) middle) : (float) middle;
    MemorySegment target = MemorySegment.ofArray(new byte[65 * dtype.bytes()]);
    for (int n : new int[] {1, 7, 8, 9, 15, 16, 17, 63, 64, 65}) {
      for (int at = 0; at < n; at++) {
        float[] floats = new float[n];
        Arrays.fill(floats, Math.nextDown(begins));
        assertThat(elements.fromFloats(dtype, floats, n, target, 0)).isTrue();
        floats[at] = at % 2 == 0 ? begins : -begins;
        assertThat(elements.fromFloats(dtype, floats, n, target, 0)).isFalse();
      }
    }
  }

  @ParameterizedTest
  @FieldSource("ALL")
  void theOneNanIsWrittenAsTheOneNan(DType dtype) {
    byte[] found = new byte[3 * dtype.bytes()];
    MemorySegment target = MemorySegment.ofArray(found);
    elements.fromFloats(dtype, new float[] {Float.NaN, Float.NaN, Float.NaN}, 3, target, 0);
    assertThat(bits(dtype, found)).containsOnly(FloatFormat.of(dtype).nan());
    elements.fromDoubles(dtype, new double[] {Double.NaN, Double.NaN, Double.NaN}, 3, target, 0);
    assertThat(bits(dtype, found)).containsOnly(FloatFormat.of(dtype).nan());
  }

  @ParameterizedTest
  @FieldSource("ALL")
  void anyNumberOfElementsToAnyByte(DType dtype) {
    FloatFormat format = FloatFormat.of(dtype);
    for (int n : new int[] {0, 1, 7, 8, 9, 15, 16, 17, 63, 64, 65, 2047, 2048}) {
      double[] doubles = new SplittableRandom(n).doubles(n, -9, 9).toArray();
      float[] floats = new float[n];
      for (int i = 0; i < n; i++) {
        floats[i] = (float) doubles[i];
        doubles[i] = floats[i];
      }
      for (int offset : new int[] {0, 1, 2, 3, 5, 8}) {
        byte[] expected = new byte[offset + n * dtype.bytes() + 3];
        byte[] packed = format.packValues(doubles);
        System.arraycopy(packed, 0, expected, offset, packed.length);
        byte[] found = new byte[expected.length];
        MemorySegment target = MemorySegment.ofArray(found);
        assertThat(elements.fromFloats(dtype, floats, n, target, offset)).isTrue();
        assertThat(found).isEqualTo(expected);
        Arrays.fill(found, (byte) 0);
        assertThat(elements.fromDoubles(dtype, doubles, n, target, offset)).isTrue();
        assertThat(found).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @FieldSource("ALL")
  void fitsIsWhatRoundingDoes(DType dtype) {
    double largest = Elements.largest(dtype);
    FloatFormat format = FloatFormat.of(dtype);
    assertThat(largest).isEqualTo(format.value(format.largest()));
    assertThat(elements.fits(dtype, largest)).isTrue();
    assertThat(elements.fits(dtype, -largest)).isTrue();
    assertThat(elements.fits(dtype, Double.MIN_VALUE)).isTrue();
    assertThat(elements.fits(dtype, Double.NaN)).isTrue();
    assertThat(elements.fits(dtype, Double.MAX_VALUE)).isEqualTo(dtype == DType.F64);
    assertThat(elements.fits(dtype, Double.NEGATIVE_INFINITY)).isEqualTo(dtype != DType.F8_E4M3);
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void onlyFloatTypesAreRoundedTo(DType dtype) {
    if (!dtype.isFloat()) {
      MemorySegment target = MemorySegment.ofArray(new byte[8]);
      String message = dtype + " is not a float type";
      assertThatThrownBy(() -> elements.fromFloats(dtype, new float[1], 1, target, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(message);
      assertThatThrownBy(() -> elements.fromDoubles(dtype, new double[1], 1, target, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(message);
      assertThatThrownBy(() -> Elements.largest(dtype))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(message);
    }
  }

  /// Rounds values as float64, and as float32 those that are float32, and compares. NaNs are left
  /// out: a tile that holds one is looked at again.
  private void assertRounded(DType dtype, double[] values) {
    FloatFormat format = FloatFormat.of(dtype);
    double[] numbers = Arrays.stream(values).filter(v -> !Double.isNaN(v)).toArray();
    byte[] found = new byte[N * dtype.bytes()];
    MemorySegment target = MemorySegment.ofArray(found);
    for (int at = 0; at < numbers.length; at += N) {
      double[] tile = Arrays.copyOfRange(numbers, at, Math.min(numbers.length, at + N));
      boolean finite = elements.fromDoubles(dtype, tile, tile.length, target, 0);
      assertTile(format, tile, Arrays.copyOf(found, tile.length * dtype.bytes()), finite);

      double[] singles = Arrays.stream(tile).map(v -> (float) v).toArray();
      float[] floats = new float[tile.length];
      for (int i = 0; i < tile.length; i++) {
        floats[i] = (float) tile[i];
      }
      finite = elements.fromFloats(dtype, floats, tile.length, target, 0);
      assertTile(format, singles, Arrays.copyOf(found, tile.length * dtype.bytes()), finite);
    }
  }

  private static void assertTile(
      FloatFormat format, double[] values, byte[] found, boolean finite) {
    assertThat(found).isEqualTo(format.packValues(values));
    assertThat(finite).isEqualTo(Arrays.stream(format.unpack(found)).allMatch(format::isFinite));
  }

  private static long[] bits(DType dtype, byte[] elements) {
    return FloatFormat.of(dtype).unpack(elements);
  }
}
