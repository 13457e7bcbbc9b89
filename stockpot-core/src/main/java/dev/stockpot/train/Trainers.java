package dev.stockpot.train;

import dev.stockpot.eval.EvaluationException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.ServiceLoader;

/// Opens what trains.
public final class Trainers {
  private Trainers() {}

  /// Opens Stockpot's own trainer.
  ///
  /// @param threads that each training computes with
  /// @throws EvaluationException if none is installed, or anything cannot be used
  public static Trainer open(TrainerSpec.Network network, Optional<Path> base, int threads) {
    return ServiceLoader.load(Trainer.Provider.class)
        .findFirst()
        .orElseThrow(() ->
            new EvaluationException(
                "no trainer is installed; name a program under 'trainer: {command: [...]}'"))
        .open(network, base, threads);
  }
}
