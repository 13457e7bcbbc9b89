package dev.stockpot.internal.work;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Does the same with many things, several at a time.
public final class Workers {
  private Workers() {}

  /// What is done with a thing.
  public interface Work<T, R> {
    /// The result.
    R of(T thing) throws InterruptedException;
  }

  /// The results, in the order of the things. After a failure, which is thrown on, nothing more is
  /// begun.
  ///
  /// @param threads at least 1
  public static <T, R> List<R> map(int threads, List<T> things, Work<T, R> work) {
    List<R> results = new ArrayList<>();
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<R>> pending = new ArrayList<>();
      things.forEach(thing -> pending.add(pool.submit(() -> work.of(thing))));
      for (Future<R> future : pending) {
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
    } finally {
      pool.shutdownNow();
      pool.close();
    }
  }
}
