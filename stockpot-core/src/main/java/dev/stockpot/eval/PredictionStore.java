package dev.stockpot.eval;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/// Predictions of candidates in `.npy` files, so that memory does not grow with candidates and
/// examples.
///
/// Safe for use by several threads.
public final class PredictionStore implements AutoCloseable {
  private final Path folder;
  private final List<Npy> open = new ArrayList<>();

  /// @param folder is made when the first are put
  public PredictionStore(Path folder) {
    this.folder = folder;
  }

  /// Writes predictions to a file.
  ///
  /// @return the same over the mapped file, valid until the store is closed
  public Predictions put(String candidate, String set, Predictions predictions) {
    Path file = file(candidate, set);
    List<Long> shape = List.of((long) predictions.examples(), (long) predictions.width());
    Npy.write(file, DType.F32, shape, predictions.values());
    return map(file);
  }

  /// Predictions that were put before, also by an earlier run in the same folder.
  ///
  /// @throws EvaluationException if the file is damaged
  public Optional<Predictions> find(String candidate, String set) {
    Path file = file(candidate, set);
    return Files.exists(file) ? Optional.of(map(file)) : Optional.empty();
  }

  /// Releases the mappings; the files stay.
  @Override
  public synchronized void close() {
    open.forEach(Npy::close);
    open.clear();
  }

  private synchronized Predictions map(Path file) {
    Npy npy = Npy.open(file);
    open.add(npy);
    TensorSpec spec = npy.tensor().spec();
    List<Long> shape = spec.shape();
    if (spec.dtype() != DType.F32
        || shape.size() != 2
        || Collections.max(shape) > Integer.MAX_VALUE) {
      throw new EvaluationException(
          file
              + ": "
              + spec.dtype()
              + " "
              + shape
              + " instead of predictions, F32 [n, width];"
              + " delete the file");
    }
    return new Predictions(
        Math.toIntExact(shape.getFirst()), Math.toIntExact(shape.getLast()), npy.tensor().data());
  }

  private Path file(String candidate, String set) {
    return folder.resolve(fileName(candidate)).resolve(fileName(set) + ".npy");
  }

  /// Letters, digits, `_`, `-` and inner dots stay; every other byte becomes `%` and two digits.
  public static String fileName(String name) {
    StringBuilder out = new StringBuilder();
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) Byte.toUnsignedInt(b);
      boolean plain =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '_'
              || c == '-'
              || (c == '.' && !out.isEmpty());
      out.append(plain ? String.valueOf(c) : "%%%02x".formatted((int) c));
    }
    return out.toString();
  }
}
