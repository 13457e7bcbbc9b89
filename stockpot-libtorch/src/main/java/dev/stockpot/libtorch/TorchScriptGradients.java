package dev.stockpot.libtorch;

import dev.stockpot.eval.EvaluatorSpec;
import dev.stockpot.eval.GradientEngine;

/// Takes gradients of TorchScript files; the key is `torchscript`.
public final class TorchScriptGradients implements GradientEngine.Provider {

  @Override
  public String key() {
    return "torchscript";
  }

  @Override
  public GradientEngine open(EvaluatorSpec.Network network, int threads) {
    return new LibtorchGradients(
        () -> TorchScript.open(network.graph()), network.constants(), threads);
  }
}
