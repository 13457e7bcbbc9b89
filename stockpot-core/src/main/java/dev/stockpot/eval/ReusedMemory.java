package dev.stockpot.eval;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Memory for one batch after the other, which any thread may use: what is allocated is valid until
/// [#reset]. Closing a shared arena stops all threads for a moment, too long for every batch.
///
/// For one thread at a time.
final class ReusedMemory implements Arena {
  private Arena arena = Arena.ofShared();
  private MemorySegment block = MemorySegment.NULL;
  private long used;
  private long wanted;

  @Override
  public MemorySegment allocate(long bytes, long alignment) {
    long start = Math.ceilDiv(block.address() + used, alignment) * alignment - block.address();
    wanted += bytes + alignment;
    if (start + bytes > block.byteSize()) {
      // What there is of the block is in use; the next round gets a larger one.
      return arena.allocate(bytes, alignment);
    }
    used = start + bytes;
    return block.asSlice(start, bytes, alignment).fill((byte) 0);
  }

  /// Nothing that was allocated is valid any more.
  void reset() {
    if (wanted > block.byteSize()) {
      arena.close();
      arena = Arena.ofShared();
      block = arena.allocate(wanted, 64);
    }
    used = 0;
    wanted = 0;
  }

  @Override
  public MemorySegment.Scope scope() {
    return arena.scope();
  }

  @Override
  public void close() {
    arena.close();
  }
}
