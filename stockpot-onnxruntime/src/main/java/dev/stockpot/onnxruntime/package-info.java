/// Evaluates checkpoints with ONNX Runtime: graph once, weights per candidate.
package dev.stockpot.onnxruntime;
