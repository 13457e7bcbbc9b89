package dev.stockpot.merge;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.Elements;
import dev.stockpot.checkpoint.TensorSpec;
import java.util.Optional;

/// Hands out the work of a plan, stretch by stretch, to the threads that ask for it.
final class Chunks {
  /// Most elements in a chunk: reads of 128 to 512 KiB.
  private static final int MOST_ELEMENTS = 64 * 1024;

  private final MergePlan plan;
  private final int capacity;
  private int step;
  private long from;
  private boolean stopped;

  Chunks(MergePlan plan) {
    this.plan = plan;
    this.capacity = capacity(plan);
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
        int n = (int) Math.min(left, capacity);
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

  /// Most units in a chunk of this plan: a multiple of the tile, such that what a thread holds (a
  /// chunk of every ingredient and of the output, and their tiles) fits into its memory.
  static int capacity(MergePlan plan) {
    long unitBytes = DType.F64.bytes();
    for (Checkpoint ingredient : plan.ingredients()) {
      unitBytes += unitBytes(ingredient);
    }
    long tileBytes = (long) Elements.TILE * (DType.F32.bytes() + DType.F64.bytes());
    long left = MergeExecutor.BYTES_PER_THREAD - (plan.ingredients().size() + 1) * tileBytes;
    long tiles = left / (unitBytes * Elements.TILE);
    return Math.clamp(tiles, 1, MOST_ELEMENTS / Elements.TILE) * Elements.TILE;
  }

  /// Bytes of an ingredient's chunk per unit: those of its widest float.
  static int unitBytes(Checkpoint ingredient) {
    return ingredient.tensors().values().stream()
        .map(TensorSpec::dtype)
        .filter(DType::isFloat)
        .mapToInt(DType::bytes)
        .max()
        .orElse(1);
  }

  private static long units(Step step) {
    return switch (step) {
      case Step.Mix(TensorSpec output, _, _) -> output.elements();
      case Step.Copy(TensorSpec output) -> output.bytes();
    };
  }
}
