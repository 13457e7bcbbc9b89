package dev.stockpot.checkpoint;

import java.nio.ByteBuffer;

/// A checkpoint in the making: written beside its target, which appears only on [#commit].
///
/// Parts may be written in any order and by several threads.
public interface CheckpointWriter extends AutoCloseable {

  /// Writes part of a tensor: all of `source.remaining()` bytes, little-endian, in C order. Each
  /// byte is written once.
  ///
  /// @param name of the tensor
  /// @param offset in bytes from the start of the tensor
  /// @throws IllegalArgumentException if there is no such tensor, the range leaves it, or part of
  ///   it was written before
  void write(String name, long offset, ByteBuffer source);

  /// Makes the checkpoint appear under its name, whole, replacing what was there.
  ///
  /// @throws IllegalStateException if bytes are missing
  void commit();

  /// Deletes what was written, unless it was committed.
  @Override
  void close();
}
