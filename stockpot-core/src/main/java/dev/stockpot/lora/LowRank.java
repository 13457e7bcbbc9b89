package dev.stockpot.lora;

import dev.stockpot.checkpoint.TensorSpec;

/// What an adapter says of one module: B and A, whose product times the scale is added to the
/// module's weight.
///
/// @param module its name in the base, such as `model.layers.0.self_attn.q_proj`
/// @param kind of module
/// @param a of `rank × in`; of a convolution all dimensions after the first are its `in`
/// @param b of `out × rank`
/// @param scale α/r, or what the config makes of it
record LowRank(String module, Kind kind, TensorSpec a, TensorSpec b, double scale) {

  /// Kinds of modules, which name and shape A and B in their ways.
  enum Kind {
    LINEAR,
    /// The weight is the transpose of B·A.
    EMBEDDING,
    CONVOLUTION
  }

  int rank() {
    return Math.toIntExact(b.shape().get(1));
  }

  /// Rows of B.
  long out() {
    return b.shape().getFirst();
  }

  /// Columns of A.
  long in() {
    return a.shape().stream().skip(1).reduce(1L, Math::multiplyExact);
  }
}
