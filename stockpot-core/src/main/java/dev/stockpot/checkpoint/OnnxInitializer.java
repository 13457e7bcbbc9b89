package dev.stockpot.checkpoint;

import java.util.List;
import java.util.Optional;

/// A constant of an ONNX graph, most often a weight.
///
/// @param name unique in the graph
/// @param type as ONNX numbers element types
/// @param shape sizes per dimension
public record OnnxInitializer(String name, int type, List<Long> shape) {
  public OnnxInitializer {
    shape = List.copyOf(shape);
  }

  /// The element type, if Stockpot knows it.
  public Optional<DType> dtype() {
    return OnnxTypes.dtype(type);
  }
}
