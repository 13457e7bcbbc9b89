package dev.stockpot.eval;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.Tensor;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.internal.io.InputFile;
import java.util.List;

/// An array in a temporary file.
final class SpooledArray implements StoredArray {
  private final String where;
  private final InputFile file;
  private final Tensor tensor;

  /// @param where it came from
  /// @param spool holds its elements, little-endian, and nothing else
  SpooledArray(String where, DType dtype, List<Long> shape, Spool spool) {
    this.where = where;
    this.file = spool.read();
    this.tensor = new Tensor(new TensorSpec(where, dtype, shape), file.map());
  }

  @Override
  public String where() {
    return where;
  }

  @Override
  public Tensor tensor() {
    return tensor;
  }

  @Override
  public void close() {
    file.close();
  }
}
