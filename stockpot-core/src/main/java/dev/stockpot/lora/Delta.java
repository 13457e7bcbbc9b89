package dev.stockpot.lora;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.ElementReader;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.internal.linear.Matrix;
import java.util.function.ObjIntConsumer;

/// The difference of a tensor in two checkpoints, `tuned − base` in float64, streamed in rows.
///
/// Holds 4 MiB, or two rows. For one thread.
final class Delta {
  private static final int MOST_ELEMENTS = 1 << 18;

  private final Checkpoint base;
  private final Checkpoint tuned;
  private final TensorSpec baseSpec;
  private final TensorSpec tunedSpec;
  private final Progress.Task progress;
  private final ElementReader reader = new ElementReader();
  private double[] subtrahend = {};
  private Matrix block = new Matrix(0, 0);

  /// @param name of a float tensor that both have in one shape
  /// @param progress hears of the bytes read
  Delta(Checkpoint base, Checkpoint tuned, String name, Progress.Task progress) {
    this.base = base.unrounded();
    this.tuned = tuned.unrounded();
    this.baseSpec = this.base.tensors().get(name);
    this.tunedSpec = this.tuned.tensors().get(name);
    this.progress = progress;
  }

  /// Bytes of both, which one pass reads.
  static long bytes(Checkpoint base, Checkpoint tuned, String name) {
    return base.unrounded().tensors().get(name).bytes()
        + tuned.unrounded().tensors().get(name).bytes();
  }

  int rows() {
    return tunedSpec.shape().isEmpty() ? 1 : Math.toIntExact(tunedSpec.shape().getFirst());
  }

  int columns() {
    return rows() == 0 ? 0 : Math.toIntExact(tunedSpec.elements() / rows());
  }

  /// Runs through all rows.
  ///
  /// @param rows hears some rows, whose values it must not keep, and the index of the first
  /// @throws CheckpointException if values are NaN or infinite
  void forEachBlock(ObjIntConsumer<Matrix> rows) {
    int columns = columns();
    int step = Math.max(1, MOST_ELEMENTS / Math.max(1, columns));
    for (int at = 0; at < rows(); at += step) {
      read(at, Math.min(step, rows() - at), columns);
      rows.accept(block, at);
    }
  }

  /// ‖Δ‖².
  double squares() {
    double[] sum = {0};
    forEachBlock((rows, _) -> sum[0] += rows.squares());
    return sum[0];
  }

  private void read(int row, int count, int columns) {
    if (block.rows() != count || block.columns() != columns) {
      block = new Matrix(count, columns);
      subtrahend = new double[count * columns];
    }
    double[] difference = block.values();
    long from = (long) row * columns;
    reader.read(tuned, tunedSpec, from, difference.length, difference, 0);
    reader.read(base, baseSpec, from, difference.length, subtrahend, 0);
    boolean finite = true;
    for (int i = 0; i < difference.length; i++) {
      difference[i] -= subtrahend[i];
      finite &= Math.abs(difference[i]) <= Double.MAX_VALUE;
    }
    if (!finite) {
      throw CheckpointException.of(
          tuned.path(),
          tunedSpec.name(),
          "the difference to " + base.path() + " has NaN or infinite values; it has no factors");
    }
    progress.advance(
        (long) difference.length * (tunedSpec.dtype().bytes() + baseSpec.dtype().bytes()));
  }
}
