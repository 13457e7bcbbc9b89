package dev.stockpot.merge;

import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.Elements;
import java.util.ArrayList;
import java.util.List;

/// How much memory a merge takes, known before it begins.
public final class MergeMemory {
  private static final long MIB = 1L << 20;

  /// Stored elements that one thread reads at once, of all inputs together.
  private static final long WINDOW = 8 * MIB;

  /// Tiles that a method works with beside the inputs, at most about.
  private static final int SCRATCH_TILES = 6;

  private MergeMemory() {}

  /// The most that the JVM takes, which is a quarter of the machine's memory unless it was told
  /// otherwise, or 2 GiB if that is less.
  public static long usual() {
    return Math.min(Runtime.getRuntime().maxMemory(), 2 * 1024 * MIB);
  }

  /// Bytes that a plan needs with so many threads.
  public static long needed(MergePlan plan, int threads) {
    long state = 0;
    for (Step step : plan.steps()) {
      state = Math.max(state, state(step, threads));
    }
    return threads * leastWindow(plan) + state;
  }

  /// Checks that every tensor can be merged.
  ///
  /// @throws CheckpointException naming every tensor that does not fit
  public static void check(MergePlan plan, int threads, long memory) {
    long windows = threads * leastWindow(plan);
    List<CheckpointException> faults = new ArrayList<>();
    for (Step step : plan.steps()) {
      long bytes = windows + state(step, threads);
      if (bytes > memory) {
        faults.add(
            CheckpointException.of(
                step.inputs().getFirst().checkpoint().path(),
                step.output().name(),
                "merging it takes "
                    + size(bytes)
                    + " of memory with "
                    + (threads == 1 ? "1 thread" : threads + " threads")
                    + ", and "
                    + size(memory)
                    + " are allowed; raise --memory or lower --threads"));
      }
    }
    if (!faults.isEmpty()) {
      throw CheckpointException.all("the merge does not fit into memory", faults);
    }
  }

  private static String size(long bytes) {
    return bytes < MIB ? Math.ceilDiv(bytes, 1024) + " KiB" : Math.ceilDiv(bytes, MIB) + " MiB";
  }

  /// Bytes of one thread's window. A small model gets a small one: to clear it, for each of many
  /// candidates, would take longer than to merge them.
  static long window(MergePlan plan, int threads, long memory) {
    long least = leastWindow(plan);
    long left = (memory - (needed(plan, threads) - threads * least)) / threads;
    long whole = least + plan.steps().stream().mapToLong(MergeMemory::inputBytes).max().orElse(0);
    return Math.clamp(left, least, Math.max(least, Math.min(whole, WINDOW)));
  }

  private static long inputBytes(Step step) {
    return step.inputs().stream().mapToLong(input -> input.spec().bytes()).sum();
  }

  private static long leastWindow(MergePlan plan) {
    int inputs = plan.steps().stream().mapToInt(step -> step.inputs().size()).max().orElse(1);
    return (long) inputs * Elements.TILE * DType.F64.bytes();
  }

  /// Bytes of tiles, and of what the method sums up.
  private static long state(Step step, int threads) {
    if (!(step instanceof Step.Mix mix)) {
      return 0;
    }
    long tile = Math.max(mix.method().unit(mix.layer()), Elements.TILE) * DType.F64.bytes();
    return (long) threads * (mix.inputs().size() + SCRATCH_TILES) * tile
        + (threads + 1L) * mix.method().bytes(mix.layer());
  }
}
