package dev.stockpot.eval;

import java.util.concurrent.atomic.AtomicLong;

/// How much memory data may still take that are kept as they were made: decoded images, batches.
final class DataMemory {
  private static final int SHARE_OF_HEAP = 4;

  /// What the images of all sets of this process share: a quarter of the heap.
  static final DataMemory SHARED = new DataMemory(Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP);

  private final AtomicLong left;

  DataMemory(long bytes) {
    this.left = new AtomicLong(bytes);
  }

  /// Takes so many bytes, if there are as many left.
  boolean take(long bytes) {
    return left.getAndUpdate(before -> before >= bytes ? before - bytes : before) >= bytes;
  }

  /// Gives bytes back.
  void give(long bytes) {
    left.addAndGet(bytes);
  }
}
