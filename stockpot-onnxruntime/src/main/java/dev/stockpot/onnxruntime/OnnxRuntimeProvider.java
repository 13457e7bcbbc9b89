package dev.stockpot.onnxruntime;

import dev.stockpot.eval.Engine;
import dev.stockpot.eval.EvaluatorSpec;

/// Opens ONNX models; the key is `onnx`.
public final class OnnxRuntimeProvider implements Engine.Provider {

  @Override
  public String key() {
    return "onnx";
  }

  @Override
  public Engine open(EvaluatorSpec.Network network, int threads) {
    return new OnnxRuntimeEngine(network, threads);
  }
}
