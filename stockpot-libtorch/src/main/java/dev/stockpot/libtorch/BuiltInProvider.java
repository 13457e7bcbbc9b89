package dev.stockpot.libtorch;

import dev.stockpot.eval.Engine;
import dev.stockpot.eval.EvaluatorSpec;
import dev.stockpot.train.NetworkSpec;

/// Opens descriptions of networks that Stockpot builds; the key is `network`.
public final class BuiltInProvider implements Engine.Provider {

  @Override
  public String key() {
    return "network";
  }

  @Override
  public Engine open(EvaluatorSpec.Network network, int threads) {
    NetworkSpec spec = NetworkSpec.read(network.graph());
    return new LibtorchEngine(
        () -> new BuiltInNetwork(network.graph(), spec), network.constants(), threads);
  }
}
