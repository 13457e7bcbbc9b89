import dev.stockpot.eval.Engine;
import dev.stockpot.onnxruntime.OnnxRuntimeProvider;

/// Evaluates checkpoints with ONNX Runtime.
module dev.stockpot.onnxruntime {
  requires com.microsoft.onnxruntime;
  requires transitive dev.stockpot.core;

  provides Engine.Provider with
      OnnxRuntimeProvider;
}
