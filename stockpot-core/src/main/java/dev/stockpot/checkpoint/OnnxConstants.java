package dev.stockpot.checkpoint;

import dev.stockpot.internal.protobuf.ProtobufException;
import dev.stockpot.internal.protobuf.ProtobufReader;
import java.util.Optional;

/// Tensors that a graph holds elsewhere than among its initializers: in nodes, and in graphs inside
/// of nodes (bodies of `If` and `Loop`). They are no tensors of the checkpoint.
final class OnnxConstants {
  /// Smaller ones are shapes and scalars, which every graph is full of.
  private static final long LARGE_BYTES = 1024;

  private static final int MOST_NESTED = 32;

  private long count;
  private long bytes;

  private OnnxConstants() {}

  /// Looks through a model.
  ///
  /// @throws ProtobufException if graphs are nested too deep, or anything is not valid
  static OnnxConstants of(OnnxGraph model) {
    OnnxConstants constants = new OnnxConstants();
    for (ProtobufReader in = new ProtobufReader(model.file().map()); in.next(); ) {
      if (in.number() == OnnxFields.MODEL_GRAPH) {
        constants.graph(in, 0);
      }
    }
    return constants;
  }

  /// What to tell of large ones, if there are any.
  Optional<String> note() {
    return count == 0
        ? Optional.empty()
        : Optional.of(
            count
                + " large constants in nodes and subgraphs ("
                + bytes
                + " bytes) are no initializers of the main graph: they are not read, and stay as"
                + " they are where the graph is written");
  }

  private void graph(ProtobufReader at, int depth) {
    if (depth > MOST_NESTED) {
      throw at.error("graphs are nested more than " + MOST_NESTED + " deep");
    }
    for (ProtobufReader in = at.message(); in.next(); ) {
      if (in.number() == OnnxFields.GRAPH_NODE) {
        node(in, depth);
      } else if (depth > 0 && in.number() == OnnxFields.GRAPH_INITIALIZER) {
        tensor(in);
      }
    }
  }

  private void node(ProtobufReader at, int depth) {
    for (ProtobufReader in = at.message(); in.next(); ) {
      if (in.number() == OnnxFields.NODE_ATTRIBUTE) {
        attribute(in, depth);
      }
    }
  }

  private void attribute(ProtobufReader at, int depth) {
    for (ProtobufReader in = at.message(); in.next(); ) {
      switch (in.number()) {
        case OnnxFields.ATTRIBUTE_TENSOR, OnnxFields.ATTRIBUTE_TENSORS -> tensor(in);
        case OnnxFields.ATTRIBUTE_GRAPH, OnnxFields.ATTRIBUTE_GRAPHS -> graph(in, depth + 1);
        default -> {}
      }
    }
  }

  private void tensor(ProtobufReader in) {
    if (in.bytes() >= LARGE_BYTES) {
      count++;
      bytes += in.bytes();
    }
  }
}
