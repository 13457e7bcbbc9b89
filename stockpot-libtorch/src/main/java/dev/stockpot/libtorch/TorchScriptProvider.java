package dev.stockpot.libtorch;

import dev.stockpot.eval.Engine;
import dev.stockpot.eval.EvaluatorSpec;

/// Opens TorchScript files; the key is `torchscript`.
public final class TorchScriptProvider implements Engine.Provider {

  @Override
  public String key() {
    return "torchscript";
  }

  @Override
  public Engine open(EvaluatorSpec.Network network, int threads) {
    return new LibtorchEngine(
        () -> TorchScript.open(network.graph()), network.constants(), threads);
  }
}
