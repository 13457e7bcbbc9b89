package dev.stockpot.libtorch;

import dev.stockpot.eval.EvaluatorSpec;
import dev.stockpot.eval.GradientEngine;
import dev.stockpot.train.NetworkSpec;

/// Takes gradients of networks that Stockpot builds; the key is `network`.
public final class BuiltInGradients implements GradientEngine.Provider {

  @Override
  public String key() {
    return "network";
  }

  @Override
  public GradientEngine open(EvaluatorSpec.Network network, int threads) {
    NetworkSpec spec = NetworkSpec.read(network.graph());
    return new LibtorchGradients(
        () -> new BuiltInNetwork(network.graph(), spec), network.constants(), threads);
  }
}
