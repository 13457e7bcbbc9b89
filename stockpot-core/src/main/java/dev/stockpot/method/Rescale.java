package dev.stockpot.method;

/// What makes up for the entries of a task vector that are dropped.
public enum Rescale {
  NONE,
  /// The L1 norm of the tensor is brought back to what it was (as mergekit does).
  L1,
  /// Every entry is divided by the density (as the DARE paper does).
  DENSITY
}
