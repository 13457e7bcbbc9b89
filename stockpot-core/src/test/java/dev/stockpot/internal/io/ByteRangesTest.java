package dev.stockpot.internal.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ByteRangesTest {

  @Property(tries = 500, seed = "5")
  void agreesWithASetOfBytes(
      @ForAll @Size(max = 40) List<@IntRange(max = 30) Integer> begins, @ForAll long shape) {
    ByteRanges ranges = new ByteRanges();
    BitSet bytes = new BitSet();
    int i = 0;
    for (int begin : begins) {
      int end = begin + (int) (Long.rotateRight(shape, i++) & 3);
      boolean free = bytes.get(begin, end).isEmpty();
      if (free) {
        bytes.set(begin, end);
      }
      assertThat(ranges.add(begin, end)).isEqualTo(free);
      for (int size = 0; size < 40; size++) {
        int missing = bytes.nextClearBit(0);
        assertThat(ranges.firstMissing(size).orElse(-1)).isEqualTo(missing < size ? missing : -1);
      }
    }
  }

  @Test
  void rangesMayBeBeyond32Bits() {
    ByteRanges ranges = new ByteRanges();

    assertThat(ranges.add(0, 1L << 40)).isTrue();
    assertThat(ranges.add((1L << 40) - 1, 1L << 41)).isFalse();
    assertThat(ranges.firstMissing(1L << 41)).hasValue(1L << 40);
  }
}
