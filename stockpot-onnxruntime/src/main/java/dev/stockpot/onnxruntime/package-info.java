/// Evaluates checkpoints with ONNX Runtime.
package dev.stockpot.onnxruntime;
