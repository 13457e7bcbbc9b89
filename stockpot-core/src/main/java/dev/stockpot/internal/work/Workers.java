package dev.stockpot.internal.work;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/// Does the same with many things, several at a time.
public final class Workers {
  private Workers() {}

  /// What is done with a thing.
  public interface Work<T, R> {
    /// The result.
    R of(T thing) throws InterruptedException;
  }

  /// The results, in the order of the things. After a failure, which is thrown on, nothing more is
  /// begun; what is under way is waited for, since an interrupt would close the files it reads.
  ///
  /// @param threads at least 1
  public static <T, R> List<R> map(int threads, List<T> things, Work<T, R> work) {
    AtomicBoolean failed = new AtomicBoolean();
    List<R> results = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<R>> pending = new ArrayList<>();
      things.forEach(thing -> pending.add(pool.submit(() -> unlessFailed(failed, thing, work))));
      for (Future<R> future : pending) {
        // Things are begun in their order, so a failure comes before what was left because of it.
        results.add(future.get());
      }
      return results;
    } catch (ExecutionException e) {
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

  private static <T, R> R unlessFailed(AtomicBoolean failed, T thing, Work<T, R> work)
      throws InterruptedException {
    if (failed.get()) {
      throw new CancellationException("left, since another failed");
    }
    boolean done = false;
    try {
      R result = work.of(thing);
      done = true;
      return result;
    } finally {
      if (!done) {
        failed.set(true);
      }
    }
  }
}
