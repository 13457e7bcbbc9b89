package dev.stockpot.libtorch;

import dev.stockpot.train.Trainer;
import dev.stockpot.train.TrainerSpec;
import java.nio.file.Path;
import java.util.Optional;

/// Opens trainers in libtorch.
public final class TorchTrainerProvider implements Trainer.Provider {

  @Override
  public Trainer open(TrainerSpec.Network network, Optional<Path> base, int threads) {
    return TorchTrainer.open(network, base, threads);
  }
}
