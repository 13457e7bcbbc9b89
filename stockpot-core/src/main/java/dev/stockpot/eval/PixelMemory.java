package dev.stockpot.eval;

import java.util.concurrent.atomic.AtomicLong;

/// How much memory decoded images may still take.
final class PixelMemory {
  private static final int SHARE_OF_HEAP = 4;

  /// What all sets of this process share: a quarter of the heap.
  static final PixelMemory SHARED =
      new PixelMemory(Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP);

  private final AtomicLong left;

  PixelMemory(long bytes) {
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
