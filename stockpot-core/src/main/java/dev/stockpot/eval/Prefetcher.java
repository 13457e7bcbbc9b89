package dev.stockpot.eval;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/// Batches of a set, one after the other; while one is used, a thread makes the next.
///
/// A batch is valid until the next is asked for. What goes wrong in that thread is thrown by
/// [#next], unchanged.
public final class Prefetcher implements Iterator<Batch>, AutoCloseable {
  private final Dataset set;
  private final Iterator<int[]> wanted;
  private final ExecutorService thread;
  private Optional<Future<Batch>> ahead;
  private ReusedMemory memoryAhead = new ReusedMemory();
  private ReusedMemory memoryUsed = new ReusedMemory();

  /// Begins with the first batch.
  ///
  /// @param set that nobody else asks for batches meanwhile
  /// @param batches the examples of each batch
  public Prefetcher(Dataset set, List<int[]> batches) {
    this.set = set;
    this.wanted = List.copyOf(batches).iterator();
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

  @Override
  public boolean hasNext() {
    return ahead.isPresent();
  }

  /// The next batch; the one before is no longer valid.
  ///
  /// @throws EvaluationException as [Dataset#batch]
  @Override
  public Batch next() {
    Batch batch = await(ahead.orElseThrow(NoSuchElementException::new));
    ReusedMemory free = memoryUsed;
    memoryUsed = memoryAhead;
    memoryAhead = free;
    ahead = begin();
    return batch;
  }

  /// Waits for the thread to end; no batch is valid any more.
  @Override
  public void close() {
    // Nobody wants the batch that is being made, nor what may go wrong with it.
    thread.close();
    memoryAhead.close();
    memoryUsed.close();
  }

  private Optional<Future<Batch>> begin() {
    if (!wanted.hasNext()) {
      return Optional.empty();
    }
    int[] examples = wanted.next();
    ReusedMemory memory = memoryAhead;
    memory.reset();
    return Optional.of(thread.submit(() -> set.batch(examples, memory)));
  }

  private Batch await(Future<Batch> future) {
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
