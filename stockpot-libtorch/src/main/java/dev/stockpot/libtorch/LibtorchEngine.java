package dev.stockpot.libtorch;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.eval.Engine;
import java.util.List;
import java.util.function.Supplier;

/// Runs a network in libtorch with the weights of one candidate after another, which are views of
/// the candidate's own memory.
final class LibtorchEngine implements Engine {
  private final TorchNetwork network;
  private final List<String> constants;
  private final Replicas replicas;

  /// @param opening the network, as often as there are threads
  /// @param constants names (globs with `*`) of buffers that keep the network's value
  /// @param threads to compute one batch with; what comes out does not depend on it
  LibtorchEngine(Supplier<TorchNetwork> opening, List<String> constants, int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException(threads + " threads");
    }
    this.constants = List.copyOf(constants);
    replicas = new Replicas(opening, threads);
    network = replicas.first().network();
  }

  @Override
  public List<String> check(Checkpoint weights) {
    return WeightFit.of(network, constants, weights).notes();
  }

  @Override
  public Model load(Checkpoint weights) {
    WeightFit fit = WeightFit.of(network, constants, weights);
    return new LibtorchModel(replicas, new MappedWeights(weights, fit.filled()));
  }

  @Override
  public void close() {
    replicas.close();
  }
}
