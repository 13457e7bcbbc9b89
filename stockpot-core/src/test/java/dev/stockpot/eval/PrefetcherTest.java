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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PrefetcherTest {
  private final List<MemorySegment> made = new CopyOnWriteArrayList<>();
  private CountDownLatch began = new CountDownLatch(0);

  @Test
  void givesEveryBatchInOrder() {
    List<Integer> seen = new ArrayList<>();
    List<int[]> batches = Prefetcher.batches(new int[] {4, 2, 0, 1, 3}, 2);
    try (Prefetcher prefetcher = new Prefetcher(new Numbers(5, -1), batches)) {
      while (prefetcher.hasNext()) {
        Batch batch = prefetcher.next();
        for (int i = 0; i < batch.size(); i++) {
          seen.add(batch.input("n").data().getInt(4 * i));
        }
      }
    }
    assertThat(seen).containsExactly(4, 2, 0, 1, 3);
    assertThat(made).hasSize(3).noneMatch(segment -> segment.scope().isAlive());
  }

  @Test
  void theNextBatchIsMadeWhileOneIsUsed() throws InterruptedException {
    began = new CountDownLatch(2);
    try (Prefetcher prefetcher =
        new Prefetcher(new Numbers(5, -1), Prefetcher.batches(new int[] {0, 1, 2}, 1))) {
      prefetcher.next();
      assertThat(began.await(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void moreAndMoreAreMadeAtATimeAsFarAsTheyAreSmall() {
    assertThat(sizes(1)).containsExactly(1, 4, 16, 19);
    // 16 MiB at a time: three batches of five.
    assertThat(sizes(1 << 20)).startsWith(1, 3, 3).containsOnly(1, 3).hasSize(14);
    assertThat(sizes(1 << 24)).hasSize(40).containsOnly(1);
  }

  /// Of 40 batches of 5 examples.
  private static List<Integer> sizes(long exampleBytes) {
    List<int[]> batches = Prefetcher.batches(IntStream.range(0, 200).toArray(), 5);
    return Prefetcher.rounds(batches, exampleBytes).stream().map(List::size).toList();
  }

  @Test
  void closingInBetweenReleasesWhatWasMadeAhead() {
    try (Prefetcher prefetcher =
        new Prefetcher(new Numbers(5, -1), Prefetcher.batches(new int[] {0, 1, 2}, 1))) {
      prefetcher.next();
    }
    assertThat(made).hasSize(3).noneMatch(segment -> segment.scope().isAlive());
  }

  @Test
  void whatGoesWrongIsThrownUnchanged() {
    try (Prefetcher prefetcher =
        new Prefetcher(new Numbers(5, 1), Prefetcher.batches(new int[] {0, 1, 2}, 1))) {
      assertThat(prefetcher.next().size()).isEqualTo(1);
      assertThatThrownBy(prefetcher::next)
          .isInstanceOf(EvaluationException.class)
          .hasMessage("example 1 is bad");
    }
    assertThat(made).noneMatch(segment -> segment.scope().isAlive());
  }

  /// Examples that are their own numbers.
  private final class Numbers implements Dataset {
    private final int size;
    private final int bad;

    Numbers(int size, int bad) {
      this.size = size;
      this.bad = bad;
    }

    @Override
    public String name() {
      return "numbers";
    }

    @Override
    public int size() {
      return size;
    }

    @Override
    public Targets targets() {
      return new Targets.Tokens(size);
    }

    @Override
    public long exampleBytes() {
      return Integer.BYTES;
    }

    @Override
    public Batch batch(int[] examples, Arena arena) {
      MemorySegment data = arena.allocate(ValueLayout.JAVA_INT, examples.length);
      made.add(data);
      for (int i = 0; i < examples.length; i++) {
        if (examples[i] == bad) {
          throw new EvaluationException("example " + bad + " is bad");
        }
        data.setAtIndex(ValueLayout.JAVA_INT, i, examples[i]);
      }
      began.countDown();
      List<Long> shape = List.of((long) examples.length);
      return new Batch(
          new Batch.Input(DType.I32, shape, data.asByteBuffer().order(ByteOrder.nativeOrder())));
    }

    @Override
    public void digest(int example, MessageDigest digest) {
      digest.update((byte) example);
    }

    @Override
    public void close() {}
  }
}
