package dev.stockpot.merge;

import dev.stockpot.checkpoint.TensorSpec;

/// What is done for one tensor of the output.
public sealed interface Step {

  /// The tensor that this step makes.
  TensorSpec output();

  /// Every ingredient's tensor goes through the method, in this precision, and is rounded once.
  record Mix(TensorSpec output, MergeMethod method, Precision precision) implements Step {}

  /// The first ingredient's bytes. The others are compared, and a difference is reported.
  record Copy(TensorSpec output) implements Step {}
}
