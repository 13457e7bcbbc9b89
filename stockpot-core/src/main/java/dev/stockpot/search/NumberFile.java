package dev.stockpot.search;

import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.ExampleNumbers;
import dev.stockpot.internal.io.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/// Numbers per example in a file of little-endian float64, so that memory does not grow with
/// candidates and examples.
///
/// @param count of numbers
record NumberFile(Path path, int count) implements ExampleNumbers {

  /// Writes numbers.
  ///
  /// @param sync whether to wait until they are on disk
  static NumberFile write(Path path, double[] numbers, boolean sync) {
    ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(8, numbers.length));
    bytes.order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().put(numbers);
    AtomicFile.write(path, bytes.array(), sync);
    return new NumberFile(path, numbers.length);
  }

  /// Numbers that were written before.
  ///
  /// @throws EvaluationException if they are not there, or not whole
  static NumberFile of(Path path, int count) {
    NumberFile file = new NumberFile(path, count);
    file.check();
    return file;
  }

  @Override
  public double[] read() {
    try {
      double[] numbers = new double[count];
      byte[] bytes = Files.readAllBytes(path);
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().get(numbers);
      return numbers;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void check() {
    try {
      if (!Files.exists(path) || Files.size(path) != 8L * count) {
        throw new EvaluationException(path + ": is not there, or not whole");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
