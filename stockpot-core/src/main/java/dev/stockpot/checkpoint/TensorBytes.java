package dev.stockpot.checkpoint;

import java.nio.ByteBuffer;
import java.util.OptionalLong;

/// Compares tensors bit for bit.
public final class TensorBytes {
  private static final int CHUNK_BYTES = 1 << 20;

  private TensorBytes() {}

  /// The first byte that differs in a tensor that both have, with the same size.
  ///
  /// @throws IllegalArgumentException if sizes differ
  public static OptionalLong firstDifference(Checkpoint a, Checkpoint b, String name) {
    long bytes = ElementReader.spec(a, name).bytes();
    if (ElementReader.spec(b, name).bytes() != bytes) {
      throw new IllegalArgumentException("tensor '" + name + "': sizes differ");
    }
    int capacity = (int) Math.min(CHUNK_BYTES, bytes);
    ByteBuffer chunkA = ByteBuffer.allocateDirect(capacity);
    ByteBuffer chunkB = ByteBuffer.allocateDirect(capacity);
    for (long at = 0; at < bytes; at += CHUNK_BYTES) {
      int n = (int) Math.min(CHUNK_BYTES, bytes - at);
      a.read(name, at, chunkA.clear().limit(n));
      b.read(name, at, chunkB.clear().limit(n));
      int mismatch = chunkA.flip().mismatch(chunkB.flip());
      if (mismatch >= 0) {
        return OptionalLong.of(at + mismatch);
      }
    }
    return OptionalLong.empty();
  }
}
