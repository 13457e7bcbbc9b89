package dev.stockpot.checkpoint;

import java.io.EOFException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;

/// What every format checks when a tensor is read or written.
final class TensorAccess {
  private TensorAccess() {}

  /// @return the tensor
  /// @throws IllegalArgumentException if there is no such tensor or the range leaves it
  static TensorSpec checkRange(
      Map<String, TensorSpec> tensors, String name, long offset, long bytes) {
    TensorSpec spec = tensors.get(name);
    if (spec == null) {
      throw new IllegalArgumentException("no tensor '" + name + "'");
    }
    if (offset < 0 || offset > spec.bytes() - bytes) {
      throw new IllegalArgumentException(
          "tensor '" + name + "': bytes " + offset + " + " + bytes + " of " + spec.bytes());
    }
    return spec;
  }

  /// What to throw when a file ends before a tensor does; any other fault as it is.
  static RuntimeException shortened(Path path, String name, long at, UncheckedIOException e) {
    return e.getCause() instanceof EOFException
        ? CheckpointException.at(
            path,
            name,
            at,
            "has been cut off since the file was opened, which " + e.getCause().getMessage())
        : e;
  }
}
