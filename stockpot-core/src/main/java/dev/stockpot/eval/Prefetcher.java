package dev.stockpot.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/// Batches of a set, one after the other; while some are used, a thread makes the next.
///
/// The first is made alone, so that work can begin; then more and more at a time, as far as they
/// are small: waking a thread takes longer than making a batch of tiny examples.
///
/// A batch is valid until the next is asked for. What goes wrong in that thread is thrown by
/// [#next], unchanged.
public final class Prefetcher implements Iterator<Batch>, AutoCloseable {
  /// Most bytes that are made at a time, but for a single batch.
  private static final int MOST_BYTES = NetworkEvaluator.BATCH_BYTES;

  private static final int MOST_BATCHES = 256;
  private static final int GROWTH = 4;

  private final Dataset set;
  private final Iterator<List<int[]>> wanted;
  private final ExecutorService thread;
  private Iterator<Batch> made = Collections.emptyIterator();
  private Optional<Future<List<Batch>>> ahead;
  private ReusedMemory memoryAhead = new ReusedMemory();
  private ReusedMemory memoryUsed = new ReusedMemory();

  /// Begins with the first batch.
  ///
  /// @param set that nobody else asks for batches meanwhile
  /// @param batches the examples of each batch
  public Prefetcher(Dataset set, List<int[]> batches) {
    this.set = set;
    this.wanted = rounds(batches, set.exampleBytes()).iterator();
    this.thread =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("stockpot-batches-", 0).factory());
    this.ahead = begin();
  }

  /// The examples of each batch.
  ///
  /// @param order of the examples
  /// @param size of the batches but the last, at least 1
  public static List<int[]> batches(int[] order, int size) {
    int count = Math.ceilDiv(order.length, size);
    return IntStream.range(0, count)
        .mapToObj(i -> Arrays.copyOfRange(order, i * size, Math.min(order.length, (i + 1) * size)))
        .toList();
  }

  /// Which batches are made at a time.
  static List<List<int[]>> rounds(List<int[]> batches, long exampleBytes) {
    List<List<int[]>> rounds = new ArrayList<>();
    int count = 1;
    for (int from = 0; from < batches.size(); ) {
      long fitting = Math.max(1, MOST_BYTES / (batches.get(from).length * exampleBytes));
      int to = (int) Math.min(batches.size(), from + Math.min(count, fitting));
      rounds.add(batches.subList(from, to));
      from = to;
      count = Math.min(count * GROWTH, MOST_BATCHES);
    }
    return rounds;
  }

  @Override
  public boolean hasNext() {
    return made.hasNext() || ahead.isPresent();
  }

  /// The next batch; the one before is no longer valid.
  ///
  /// @throws EvaluationException as [Dataset#batch]
  @Override
  public Batch next() {
    if (!made.hasNext()) {
      made = await(ahead.orElseThrow(NoSuchElementException::new)).iterator();
      ReusedMemory free = memoryUsed;
      memoryUsed = memoryAhead;
      memoryAhead = free;
      ahead = begin();
    }
    return made.next();
  }

  /// Waits for the thread to end; no batch is valid any more.
  @Override
  public void close() {
    // Nobody wants the batch that is being made, nor what may go wrong with it.
    thread.close();
    memoryAhead.close();
    memoryUsed.close();
  }

  private Optional<Future<List<Batch>>> begin() {
    if (!wanted.hasNext()) {
      return Optional.empty();
    }
    List<int[]> next = wanted.next();
    ReusedMemory memory = memoryAhead;
    memory.reset();
    return Optional.of(
        thread.submit(() -> next.stream().map(examples -> set.batch(examples, memory)).toList()));
  }

  private List<Batch> await(Future<List<Batch>> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      ahead = Optional.empty();
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
