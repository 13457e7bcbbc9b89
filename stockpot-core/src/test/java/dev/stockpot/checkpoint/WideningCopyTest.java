package dev.stockpot.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WideningCopyTest {

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 9, 15, 16, 17, 63, 64, 65, 2047, 2048, 2049, 4098})
  void bfloat16IsTheUpperHalfOfFloat32(int count) {
    short[] stored = new short[count];
    float[] expected = new float[count];
    Random random = new Random(count);
    for (int i = 0; i < count; i++) {
      expected[i] = Float.intBitsToFloat(Float.floatToIntBits(random.nextFloat()) & 0xffff0000);
      stored[i] = (short) (Float.floatToIntBits(expected[i]) >>> 16);
    }
    float[] floats = new float[count];
    Widening.copy(
        MemorySegment.ofArray(stored), DType.BF16, MemorySegment.ofArray(floats), DType.F32);
    assertThat(floats).isEqualTo(expected);
  }

  @Test
  void every16BitFloatSurvivesTheWayToFloat32AndFloat64() {
    short[] all = new short[1 << 16];
    for (int i = 0; i < all.length; i++) {
      all[i] = (short) i;
    }
    float[] floats = new float[all.length];
    double[] doubles = new double[all.length];
    MemorySegment half = MemorySegment.ofArray(all);
    Widening.copy(half, DType.F16, MemorySegment.ofArray(floats), DType.F32);
    Widening.copy(half, DType.F16, MemorySegment.ofArray(doubles), DType.F64);
    for (int i = 0; i < all.length; i++) {
      Float expected = Float.float16ToFloat(all[i]);
      assertThat(Float.valueOf(floats[i])).isEqualTo(expected);
      assertThat(Float.valueOf((float) doubles[i])).isEqualTo(expected);
    }
  }

  @Test
  void float8WidensTo16Bits() {
    short[] shorts = new short[2];
    MemorySegment stored = MemorySegment.ofArray(new byte[] {0x38, (byte) 0xc0}); // 1, −2
    Widening.copy(stored, DType.F8_E4M3, MemorySegment.ofArray(shorts), DType.F16);
    assertThat(shorts).containsExactly((short) 0x3c00, (short) 0xc000);
    Widening.copy(stored, DType.F8_E4M3, MemorySegment.ofArray(shorts), DType.BF16);
    assertThat(shorts).containsExactly((short) 0x3f80, (short) 0xc000);
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
}
