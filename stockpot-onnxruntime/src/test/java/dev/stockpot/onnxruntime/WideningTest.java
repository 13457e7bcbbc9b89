package dev.stockpot.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.checkpoint.DType;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class WideningTest {

  @Test
  void everyFloat8HasItsValue() {
    byte[] all = new byte[256];
    for (int i = 0; i < 256; i++) {
      all[i] = (byte) i;
    }
    float[] e4m3 = new float[256];
    float[] e5m2 = new float[256];
    copy(all, DType.F8_E4M3, e4m3);
    copy(all, DType.F8_E5M2, e5m2);
    for (int i = 0; i < 256; i++) {
      float sign = i < 128 ? 1 : -1;
      assertThat(e4m3[i]).isEqualTo(sign * value(i, 3, 7, false));
      assertThat(e5m2[i]).isEqualTo(sign * value(i, 2, 15, true));
    }
    assertThat(e4m3[0x7e]).isEqualTo(448);
    assertThat(e5m2[0x7b]).isEqualTo(57344);
  }

  @Test
  void every16BitFloatSurvivesTheWayUpAndBack() {
    short[] all = new short[1 << 16];
    for (int i = 0; i < all.length; i++) {
      all[i] = (short) i;
    }
    float[] half = new float[all.length];
    float[] brain = new float[all.length];
    Widening.copy(MemorySegment.ofArray(all), DType.F16, MemorySegment.ofArray(half), DType.F32);
    Widening.copy(MemorySegment.ofArray(all), DType.BF16, MemorySegment.ofArray(brain), DType.F32);
    for (int i = 0; i < all.length; i++) {
      assertThat(Float.floatToRawIntBits(brain[i])).isEqualTo(i << 16);
      if (!Float.isNaN(half[i])) {
        assertThat(Float.floatToFloat16(half[i])).isEqualTo((short) i);
      }
    }
  }

  @Test
  void widensToDoubleAndTo16Bits() {
    double[] doubles = new double[2];
    Widening.copy(
        MemorySegment.ofArray(new float[] {0.1f, -3}),
        DType.F32,
        MemorySegment.ofArray(doubles),
        DType.F64);
    assertThat(doubles).containsExactly(0.1f, -3);
    short[] shorts = new short[1];
    Widening.copy(
        MemorySegment.ofArray(new byte[] {0x38}),
        DType.F8_E4M3,
        MemorySegment.ofArray(shorts),
        DType.F16);
    assertThat(shorts[0]).isEqualTo((short) 0x3c00);
    Widening.copy(
        MemorySegment.ofArray(new byte[] {0x38}),
        DType.F8_E4M3,
        MemorySegment.ofArray(shorts),
        DType.BF16);
    assertThat(shorts[0]).isEqualTo((short) 0x3f80);
  }

  @Test
  void refusesToRound() {
    assertThatThrownBy(() ->
            Widening.copy(
                MemorySegment.ofArray(new float[1]),
                DType.F32,
                MemorySegment.ofArray(new short[1]),
                DType.F16))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("F32 does not fit into F16");
  }

  private static void copy(byte[] source, DType from, float[] target) {
    Widening.copy(MemorySegment.ofArray(source), from, MemorySegment.ofArray(target), DType.F32);
  }

  /// The value of a float of 8 bits from its definition, without its sign.
  private static float value(int bits, int mantissaBits, int bias, boolean infinities) {
    int exponent = (bits & 0x7f) >> mantissaBits;
    int mantissa = bits & (1 << mantissaBits) - 1;
    int top = (0x7f >> mantissaBits);
    if (infinities && exponent == top) {
      return mantissa == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
    }
    if (!infinities && (bits & 0x7f) == 0x7f) {
      return Float.NaN;
    }
    double fraction = mantissa / (double) (1 << mantissaBits);
    return (float)
        (exponent == 0
            ? fraction * Math.pow(2, 1 - bias)
            : (1 + fraction) * Math.pow(2, exponent - bias));
  }
}
