package dev.stockpot.merge;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.Elements;
import dev.stockpot.checkpoint.TensorSpec;
import java.util.Optional;

/// Hands out the work of a plan, stretch by stretch, to the threads that ask for it.
final class Chunks {
  /// Most elements in a chunk: reads of 128 to 512 KiB.
  private static final int MOST_ELEMENTS = 64 * 1024;

  private final MergePlan plan;
  private int step;
  private long from;
  private boolean stopped;

  Chunks(MergePlan plan) {
    this.plan = plan;
  }

  /// A stretch of one tensor.
  ///
  /// @param step index into the plan's steps
  /// @param from first element, or first byte of a tensor that is copied
  /// @param n number of elements, or bytes
  record Chunk(int step, long from, int n) {}

  /// The next stretch, in the order of the plan.
  synchronized Optional<Chunk> next() {
    while (!stopped && step < plan.steps().size()) {
      Step current = plan.steps().get(step);
      long left = units(current) - from;
      if (left > 0) {
        int n = (int) Math.min(left, capacity(plan));
        Chunk chunk = new Chunk(step, from, n);
        from += n;
        return Optional.of(chunk);
      }
      step++;
      from = 0;
    }
    return Optional.empty();
  }

  /// Hands out nothing more: some thread has failed.
  synchronized void stop() {
    stopped = true;
  }

  /// Most units in a chunk of this plan: a multiple of the tile, such that the chunks of all
  /// ingredients fit into a thread's memory.
  static int capacity(MergePlan plan) {
    int widest =
        plan.ingredients().stream()
            .flatMap(ingredient -> ingredient.tensors().values().stream())
            .map(TensorSpec::dtype)
            .filter(DType::isFloat)
            .mapToInt(DType::bytes)
            .max()
            .orElse(1);
    long fitting = MergeExecutor.BYTES_PER_THREAD / ((plan.ingredients().size() + 1L) * widest);
    long tiles = Math.clamp(fitting / Elements.TILE, 1, MOST_ELEMENTS / Elements.TILE);
    return (int) tiles * Elements.TILE;
  }

  private static long units(Step step) {
    return switch (step) {
      case Step.Mix(TensorSpec output, _, _) -> output.elements();
      case Step.Copy(TensorSpec output) -> output.bytes();
    };
  }
}
