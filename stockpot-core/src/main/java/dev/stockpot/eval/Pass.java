package dev.stockpot.eval;

import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// A pass over all of a set.
///
/// @param examples in the set
/// @param time about how long it takes
public record Pass(int examples, Duration time) {

  /// A pass, from how long its first batch takes the second time.
  ///
  /// @param batch examples of that one, at most all
  /// @param run does what is to be timed, with these examples
  static Pass of(int examples, int batch, Consumer<int[]> run) {
    int[] first = IntStream.range(0, batch).toArray();
    run.accept(first);
    long start = System.nanoTime();
    run.accept(first);
    double nanos = System.nanoTime() - start;
    return new Pass(examples, Duration.ofNanos((long) (nanos / batch * examples)));
  }

  /// A pass in batches that are made for it, of the size in which candidates are measured.
  static Pass of(Dataset set, BiConsumer<Batch, int[]> run) {
    // Statistics take two examples or more.
    int batch = Math.min(set.size(), Math.max(2, NetworkEvaluator.batchSize(set)));
    return of(
        set.size(),
        batch,
        examples -> {
          try (Arena arena = Arena.ofShared()) {
            run.accept(set.batch(examples, arena), examples);
          }
        });
  }
}
