package dev.stockpot.eval;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class ReusedMemoryTest {

  @Test
  void whatIsAllocatedIsZeroAlignedAndApart() {
    try (ReusedMemory memory = new ReusedMemory()) {
      for (int round = 0; round < 3; round++) {
        memory.reset();
        MemorySegment odd = memory.allocate(3, 1);
        MemorySegment longs = memory.allocate(16 + 8L * round, 64);
        assertThat(longs.address() % 64).isZero();
        assertThat(odd.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
        assertThat(longs.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
        odd.fill((byte) 1);
        longs.fill((byte) 2);
        assertThat(odd.toArray(ValueLayout.JAVA_BYTE)).containsOnly(1);
      }
    }
  }

  @Test
  void roundsOfOneSizeUseOnePlace() {
    try (ReusedMemory memory = new ReusedMemory()) {
      memory.allocate(100, 8);
      memory.reset();
      long first = memory.allocate(100, 8).address();
      memory.reset();
      assertThat(memory.allocate(100, 8).address()).isEqualTo(first);
    }
  }

  @Test
  void nothingIsLeftAfterClosing() {
    MemorySegment segment;
    try (ReusedMemory memory = new ReusedMemory()) {
      segment = memory.allocate(8, 8);
    }
    assertThat(segment.scope().isAlive()).isFalse();
  }
}
