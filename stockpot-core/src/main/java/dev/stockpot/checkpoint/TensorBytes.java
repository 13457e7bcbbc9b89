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
    return firstDifference(a, name, b, name);
  }

  /// The first byte that differs between two tensors of the same size.
  ///
  /// @throws IllegalArgumentException if sizes differ
  public static OptionalLong firstDifference(
      Checkpoint a, String nameInA, Checkpoint b, String nameInB) {
    long bytes = ElementReader.spec(a, nameInA).bytes();
    if (ElementReader.spec(b, nameInB).bytes() != bytes) {
      throw new IllegalArgumentException("tensor '" + nameInA + "': sizes differ");
    }
    int capacity = (int) Math.min(CHUNK_BYTES, bytes);
    ByteBuffer chunkA = ByteBuffer.allocateDirect(capacity);
    ByteBuffer chunkB = ByteBuffer.allocateDirect(capacity);
    for (long at = 0; at < bytes; at += CHUNK_BYTES) {
      int n = (int) Math.min(CHUNK_BYTES, bytes - at);
      a.read(nameInA, at, chunkA.clear().limit(n));
      b.read(nameInB, at, chunkB.clear().limit(n));
      int mismatch = chunkA.flip().mismatch(chunkB.flip());
      if (mismatch >= 0) {
        return OptionalLong.of(at + mismatch);
      }
    }
    return OptionalLong.empty();
  }
}
