package dev.stockpot.train;

import dev.stockpot.eval.EvaluationException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Trains a network on a set, with one set of hyperparameters after another.
///
/// Safe for use by several threads, each with trainings of its own.
public interface Trainer extends AutoCloseable {

  /// Begins a training from the base, or from weights of the training's `init-seed`.
  Training begin(Hyperparameters hyperparameters);

  /// Examples of an epoch.
  int examples();

  /// Memory that a training takes, besides what the network computes on the way.
  long bytes();

  /// Whether several trainings may go on at once, and each still depend on its seed alone.
  boolean isParallel();

  /// About how long an example takes in training, measured on a batch.
  Duration timePerExample(Hyperparameters hyperparameters);

  /// What the user should know.
  List<String> notes();

  @Override
  void close();

  /// Opens trainers; found by [java.util.ServiceLoader].
  interface Provider {
    /// Opens network, base and data.
    ///
    /// @param threads that each training computes with
    /// @throws EvaluationException if anything cannot be used
    /// @throws dev.stockpot.checkpoint.CheckpointException if the base does not fit the network
    Trainer open(TrainerSpec.Network network, Optional<Path> base, int threads);
  }
}
