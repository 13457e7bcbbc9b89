package dev.stockpot.internal.work;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;

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
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<R> results = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<R>> pending = new ArrayList<>();
      things.forEach(thing -> pending.add(pool.submit(() -> unlessFailed(failure, thing, work))));
      for (Future<R> future : pending) {
        results.add(future.get());
      }
      return results;
    } catch (ExecutionException e) {
      // The first failure, whichever thing was asked about first.
      switch (failure.get()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        default -> throw new IllegalStateException(failure.get());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static <T, R> R unlessFailed(AtomicReference<Throwable> failure, T thing, Work<T, R> work)
      throws InterruptedException {
    if (failure.get() != null) {
      throw new CancellationException("left, since another failed");
    }
    try {
      return work.of(thing);
    } catch (RuntimeException | Error | InterruptedException e) {
      failure.compareAndSet(null, e);
      throw e;
    }
  }
}
