package dev.stockpot.merge;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.TensorSpec;
import java.nio.ByteBuffer;

/// One input of a step: a tensor of a checkpoint, which may be a view of another one.
public record Source(Checkpoint checkpoint, TensorSpec spec) {

  /// The tensor of that name.
  ///
  /// @throws IllegalArgumentException if there is no such tensor
  public static Source of(Checkpoint checkpoint, String name) {
    TensorSpec spec = checkpoint.tensors().get(name);
    if (spec == null) {
      throw new IllegalArgumentException(checkpoint.path() + " has no tensor '" + name + "'");
    }
    return new Source(checkpoint, spec);
  }

  void read(long offset, ByteBuffer target) {
    checkpoint.read(spec.name(), offset, target);
  }
}
