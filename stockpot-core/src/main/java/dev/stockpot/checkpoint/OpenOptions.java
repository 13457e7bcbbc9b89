package dev.stockpot.checkpoint;

import java.util.Optional;

/// What the user says about how a checkpoint is to be read.
///
/// @param key which dictionary of a PyTorch checkpoint holds the weights, as a path such as
///   `ema.module`, or `.` for the outermost; formats without dictionaries take no notice
public record OpenOptions(Optional<String> key) {
  /// Nothing said.
  public static final OpenOptions NONE = new OpenOptions(Optional.empty());
}
