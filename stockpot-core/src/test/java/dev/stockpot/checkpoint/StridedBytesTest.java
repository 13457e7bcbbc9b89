package dev.stockpot.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StridedBytesTest {

  @Test
  void anyViewIsGatheredFromAnyByteOn() {
    Random random = new Random(17);
    byte[] file = new byte[4096];
    random.nextBytes(file);
    for (int round = 0; round < 500; round++) {
      int elementBytes = 1 << random.nextInt(4);
      List<Long> shape = new ArrayList<>();
      List<Long> strides = new ArrayList<>();
      for (int i = random.nextInt(5); i > 0; i--) {
        shape.add(1 + random.nextLong(4));
        strides.add(random.nextLong(20));
      }
      long begin = random.nextInt(64);
      byte[] expected = elementByElement(file, begin, shape, strides, elementBytes);

      StridedBytes view = StridedBytes.of(begin, shape, strides, elementBytes);
      int from = random.nextInt(expected.length);
      int count = random.nextInt(expected.length - from + 1);
      byte[] found = new byte[count];
      view.copy(MemorySegment.ofArray(file), from, MemorySegment.ofArray(found));

      assertThat(found)
          .as("%s by %s, %d bytes each, from %d", shape, strides, elementBytes, from)
          .isEqualTo(Arrays.copyOfRange(expected, from, from + count));
      if (view.isContiguous()) {
        assertThat(expected)
            .isEqualTo(Arrays.copyOfRange(file, (int) begin, (int) begin + expected.length));
      }
    }
  }

  @Test
  void dimensionsThatContinueEachOtherAreOneRun() {
    assertThat(StridedBytes.of(0, List.of(), List.of(), 4).isContiguous()).isTrue();
    assertThat(StridedBytes.of(0, List.of(2L, 3L), List.of(3L, 1L), 4).isContiguous()).isTrue();
    assertThat(StridedBytes.of(0, List.of(1L, 3L), List.of(99L, 1L), 4).isContiguous()).isTrue();
    assertThat(StridedBytes.of(0, List.of(2L, 3L), List.of(1L, 2L), 4).isContiguous()).isFalse();
    assertThat(StridedBytes.of(0, List.of(2L), List.of(0L), 4).isContiguous()).isFalse();
  }

  private static byte[] elementByElement(
      byte[] file, long begin, List<Long> shape, List<Long> strides, int elementBytes) {
    long elements = shape.stream().reduce(1L, (a, b) -> a * b);
    byte[] out = new byte[(int) elements * elementBytes];
    for (int element = 0; element < elements; element++) {
      long rest = element;
      long at = begin;
      for (int i = shape.size() - 1; i >= 0; i--) {
        at += rest % shape.get(i) * strides.get(i) * elementBytes;
        rest /= shape.get(i);
      }
      System.arraycopy(file, (int) at, out, element * elementBytes, elementBytes);
    }
    return out;
  }
}
