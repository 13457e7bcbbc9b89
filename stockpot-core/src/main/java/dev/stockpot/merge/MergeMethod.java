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

  /// How many of a step's inputs are streamed through the stages, all of them unless the method
  /// says otherwise. Those after them may have another shape; the method reads them itself.
  default int streamed(int inputs) {
    return inputs;
  }

  /// How many of the streamed inputs are weights, which a config's dtype rounds: all of them,
  /// unless statistics come after them.
  default int rounded(int inputs) {
    return inputs;
  }

  /// How often the inputs are read before they are mixed, about: for estimates.
  default int passes() {
    return 0;
  }

  /// Elements that must be seen together in some stage: 1, or the length of a row.
  default long unit(Layer layer) {
    return 1;
  }

  /// Most bytes that a stage sums up in one thread, if they are many.
  default long bytes(Layer layer) {
    return 0;
  }
}
