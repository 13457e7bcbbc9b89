package dev.stockpot.merge;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.TensorSpec;
import java.nio.ByteBuffer;

/// One input of a step: a tensor of a checkpoint, which may be a view of another one.
public record Source(Checkpoint checkpoint, TensorSpec spec) {

  /// A tensor as it is computed with: [unrounded][Checkpoint#unrounded], so its dtype may be wider
  /// than the checkpoint's own, by which the output's goes.
  ///
  /// @throws IllegalArgumentException if there is no such tensor
  public static Source of(Checkpoint named, String name) {
    Checkpoint checkpoint = named.unrounded();
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
