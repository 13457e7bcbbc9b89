package dev.stockpot.merge;

/// The maths of a merge, tensor by tensor.
///
/// Methods are pure: any thread may call them, and the same inputs give the same bits.
public interface MergeMethod {

  /// The name people use, such as `linear`.
  String name();

  /// What to do first for a tensor.
  ///
  /// @throws IllegalArgumentException if the number of inputs is not what this method was made for
  Stage begin(Layer layer);

  /// How often the inputs are read before they are mixed, usually: for estimates.
  default int passes() {
    return 0;
  }
}
