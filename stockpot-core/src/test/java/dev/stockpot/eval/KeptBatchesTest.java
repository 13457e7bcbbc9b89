package dev.stockpot.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.checkpoint.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KeptBatchesTest {
  private static final int[] STORED = {0, 1, 2, 3, 4};
  private static final int[] HARDEST = {4, 2, 0, 1, 3};

  private final List<Integer> asked = new CopyOnWriteArrayList<>();
  private final DataMemory memory = new DataMemory(2L * STORED.length * Integer.BYTES);
  private final KeptBatches batches = new KeptBatches(new Numbers(), memory);

  @AfterEach
  void close() {
    batches.close();
    assertThat(memory.take(2L * STORED.length * Integer.BYTES)).isTrue();
  }

  @Test
  void areMadeOnceForEachOrder() {
    for (int round = 0; round < 3; round++) {
      assertThat(read(STORED, 9)).containsExactly(0, 1, 2, 3, 4);
      assertThat(read(HARDEST, 9)).containsExactly(4, 2, 0, 1, 3);
    }
    assertThat(asked).containsExactly(0, 1, 2, 3, 4, 4, 2, 0, 1, 3);
  }

  @Test
  void thoseThatWereNotReachedAreMadeWhenTheyAre() {
    assertThat(read(HARDEST, 1)).containsExactly(4, 2);
    assertThat(read(HARDEST, 2)).containsExactly(4, 2, 0, 1);
    asked.clear();
    assertThat(read(HARDEST, 9)).containsExactly(4, 2, 0, 1, 3);
    assertThat(asked).containsExactly(3);
  }

  @Test
  void areMadeAnewWhereThereIsNoRoom() {
    int[] third = {1, 0, 2, 3, 4};
    read(STORED, 9);
    read(HARDEST, 9);
    asked.clear();
    assertThat(read(third, 9)).containsExactly(1, 0, 2, 3, 4);
    assertThat(read(third, 9)).containsExactly(1, 0, 2, 3, 4);
    assertThat(asked).hasSize(10);
    DataMemory little = new DataMemory(STORED.length * Integer.BYTES - 1);
    asked.clear();
    try (KeptBatches none = new KeptBatches(new Numbers(), little)) {
      for (int round = 0; round < 2; round++) {
        try (KeptBatches.Reader reader = none.read(STORED, 2)) {
          reader.forEachRemaining(batch -> assertThat(batch.size()).isPositive());
        }
      }
    }
    assertThat(asked).hasSize(10);
  }

  @Test
  void otherSizesAreOtherBatches() {
    try (KeptBatches.Reader two = batches.read(STORED, 2)) {
      assertThat(two.examples()).containsExactly(new int[] {0, 1}, new int[] {2, 3}, new int[] {4});
    }
    try (KeptBatches.Reader five = batches.read(STORED, 5)) {
      assertThat(five.next().size()).isEqualTo(5);
      assertThat(five.hasNext()).isFalse();
    }
  }

  @Test
  void anExampleThatCannotBeReadIsToldEachTime() {
    for (int round = 0; round < 2; round++) {
      try (KeptBatches.Reader reader = batches.read(new int[] {0, 9}, 1)) {
        assertThat(reader.next().size()).isEqualTo(1);
        assertThatThrownBy(reader::next)
            .isInstanceOf(EvaluationException.class)
            .hasMessage("no example 9");
      }
    }
  }

  /// The examples of at most so many batches of two.
  private List<Integer> read(int[] order, int most) {
    List<Integer> seen = new ArrayList<>();
    try (KeptBatches.Reader reader = batches.read(order, 2)) {
      for (int batch = 0; batch < most && reader.hasNext(); batch++) {
        MemorySegment data = MemorySegment.ofBuffer(reader.next().input("n").data());
        for (int each : data.toArray(ValueLayout.JAVA_INT_UNALIGNED)) {
          seen.add(each);
        }
      }
    }
    return seen;
  }

  /// Five examples that are their own numbers.
  private final class Numbers implements Dataset {
    @Override
    public String name() {
      return "numbers";
    }

    @Override
    public int size() {
      return STORED.length;
    }

    @Override
    public Targets targets() {
      return new Targets.Tokens(size());
    }

    @Override
    public long exampleBytes() {
      return Integer.BYTES;
    }

    @Override
    public Batch batch(int[] examples, Arena arena) {
      MemorySegment data = arena.allocate(ValueLayout.JAVA_INT, examples.length);
      for (int i = 0; i < examples.length; i++) {
        if (examples[i] >= size()) {
          throw new EvaluationException("no example " + examples[i]);
        }
        asked.add(examples[i]);
        data.setAtIndex(ValueLayout.JAVA_INT, i, examples[i]);
      }
      List<Long> shape = List.of((long) examples.length);
      return new Batch(
          new Batch.Input(DType.I32, shape, data.asByteBuffer().order(ByteOrder.nativeOrder())));
    }

    @Override
    public void digest(int example, MessageDigest digest) {}

    @Override
    public void close() {}
  }
}
