/// Evaluates checkpoints with ONNX Runtime.
module dev.stockpot.onnxruntime {
  requires com.microsoft.onnxruntime;
  requires transitive dev.stockpot.core;
}
