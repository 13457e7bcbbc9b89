package dev.stockpot.train;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// A training under way; used by one thread at a time.
///
/// What comes out is a function of network, base, data and hyperparameters, also when it was saved
/// and restored in between.
public interface Training extends AutoCloseable {

  /// Trains for one more epoch and measures `select`.
  ///
  /// @param task hears of every example
  Epoch next(Progress.Task task);

  /// Measures the weights on `select`; nothing if there is none.
  SequencedMap<String, Double> measure();

  /// Writes all that is needed to go on, whole or not at all.
  ///
  /// @param metadata kept with it
  void save(Path file, Map<String, String> metadata);

  /// Goes on from what was saved.
  ///
  /// @return the metadata
  Map<String, String> restore(Path file);

  /// Writes the weights (`model.safetensors`) and their averages (`ema-0.999.safetensors`).
  ///
  /// @return the files' names
  List<String> write(Path folder);

  /// Goes on from other weights.
  ///
  /// @param keepOptimizer whether moments stay
  void replace(Checkpoint weights, boolean keepOptimizer);

  @Override
  void close();
}
