package dev.stockpot.lora;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import java.util.List;

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

  /// With the names that PEFT writes.
  ///
  /// @param a shape of A
  /// @param b shape of B
  static LowRank of(
      String module, Kind kind, DType dtype, List<Long> a, List<Long> b, double scale) {
    String name = "base_model.model." + module;
    return switch (kind) {
      case LINEAR, CONVOLUTION ->
          new LowRank(
              module,
              kind,
              new TensorSpec(name + ".lora_A.weight", dtype, a),
              new TensorSpec(name + ".lora_B.weight", dtype, b),
              scale);
      case EMBEDDING ->
          new LowRank(
              module,
              kind,
              new TensorSpec(name + ".lora_embedding_A", dtype, a),
              new TensorSpec(name + ".lora_embedding_B", dtype, b),
              scale);
    };
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
