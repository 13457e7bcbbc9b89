/// Evaluates checkpoints with ONNX Runtime.
module dev.stockpot.onnxruntime {
  requires com.microsoft.onnxruntime;
  requires transitive dev.stockpot.core;
<<<<<<< HEAD
=======

  provides dev.stockpot.eval.Engine.Provider with
      dev.stockpot.onnxruntime.OnnxRuntimeProvider;
>>>>>>> 5bc0b5b (ONNX Runtime engine: graph stub, weights bound by name, batches)
}
