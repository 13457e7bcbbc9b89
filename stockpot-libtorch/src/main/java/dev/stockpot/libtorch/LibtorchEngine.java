package dev.stockpot.libtorch;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.eval.Engine;
import java.util.List;

/// Runs a network in libtorch with the weights of one candidate after another, which are views of
/// the candidate's own memory.
final class LibtorchEngine implements Engine {
  private final TorchNetwork network;
  private final List<String> constants;
  private final int threads;
  private final Slots slots;

  /// @param network is closed with this
  /// @param constants names (globs with `*`) of buffers that keep the network's value
  /// @param threads to compute one batch with
  LibtorchEngine(TorchNetwork network, List<String> constants, int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException(threads + " threads");
    }
    this.network = network;
    this.constants = List.copyOf(constants);
    this.threads = threads;
    slots = new Slots(network);
  }

  @Override
  public List<String> check(Checkpoint weights) {
    return WeightFit.of(network, constants, weights).notes();
  }

  @Override
  public Model load(Checkpoint weights) {
    WeightFit fit = WeightFit.of(network, constants, weights);
    return new LibtorchModel(network, slots, new MappedWeights(weights, fit.filled()), threads);
  }

  @Override
  public void close() {
    slots.close();
    network.close();
  }
}
