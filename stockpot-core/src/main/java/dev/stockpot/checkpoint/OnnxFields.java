package dev.stockpot.checkpoint;

import java.util.Set;

/// Numbers of the fields of ONNX's messages that matter here.
///
/// @see <a href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">the format</a>
final class OnnxFields {
  static final int MODEL_GRAPH = 7;
  static final int MODEL_METADATA = 14;
  static final int GRAPH_NODE = 1;
  static final int GRAPH_INITIALIZER = 5;
  static final int GRAPH_INPUT = 11;
  static final int GRAPH_SPARSE_INITIALIZER = 15;
  static final int NODE_ATTRIBUTE = 5;
  static final int ATTRIBUTE_TENSOR = 5;
  static final int ATTRIBUTE_GRAPH = 6;
  static final int ATTRIBUTE_TENSORS = 10;
  static final int ATTRIBUTE_GRAPHS = 11;
  static final int INPUT_NAME = 1;
  static final int SPARSE_VALUES = 1;

  /// Of the pairs of texts that metadata and places of data are made of.
  static final int ENTRY_KEY = 1;

  static final int ENTRY_VALUE = 2;
  static final int TENSOR_DIMS = 1;
  static final int TENSOR_DATA_TYPE = 2;
  static final int TENSOR_FLOATS = 4;
  static final int TENSOR_INT32S = 5;
  static final int TENSOR_STRINGS = 6;
  static final int TENSOR_INT64S = 7;
  static final int TENSOR_NAME = 8;
  static final int TENSOR_RAW = 9;
  static final int TENSOR_DOUBLES = 10;
  static final int TENSOR_UINT64S = 11;
  static final int TENSOR_EXTERNAL_DATA = 13;
  static final int TENSOR_DATA_LOCATION = 14;

  /// Value of [#TENSOR_DATA_LOCATION] for data in another file.
  static final long EXTERNAL = 1;

  /// Elements in every form that a tensor may hold them.
  static final Set<Integer> TENSOR_DATA =
      Set.of(
          TENSOR_FLOATS,
          TENSOR_INT32S,
          TENSOR_STRINGS,
          TENSOR_INT64S,
          TENSOR_RAW,
          TENSOR_DOUBLES,
          TENSOR_UINT64S);

  private OnnxFields() {}
}
