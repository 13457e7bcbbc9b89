package dev.stockpot.train;

/// The learning rate over a run, step by step: a linear warm-up from 0, then down to 0 by a cosine or
/// a line, or constant.
///
///     lr(s) = lr · (s + 1) / w                                     for s < w
///     lr(s) = lr · ½ (1 + cos(π (s − w) / (n − w)))                after that
///
/// @param lr the largest
/// @param shape `cosine`, `linear` or `constant`
/// @param warmUp steps `w` of the warm-up
/// @param steps `n` of the run
public record Schedule(double lr, String shape, long warmUp, long steps) {

  /// Of a run's hyperparameters.
  ///
  /// @param stepsPerEpoch at least 1
  public static Schedule of(Hyperparameters hyperparameters, long stepsPerEpoch) {
    long warmUp = Math.round(hyperparameters.real(Hyperparameter.WARM_UP) * stepsPerEpoch);
    return new Schedule(
        hyperparameters.real(Hyperparameter.LR),
        hyperparameters.word(Hyperparameter.SCHEDULE),
        warmUp,
        hyperparameters.whole(Hyperparameter.EPOCHS) * stepsPerEpoch);
  }

  /// The learning rate of a step, counted from 0.
  public double at(long step) {
    if (step < warmUp) {
      return lr * (step + 1) / warmUp;
    }
    double share = steps <= warmUp ? 0 : (double) (step - warmUp) / (steps - warmUp);
    return switch (shape) {
      case "cosine" -> lr * 0.5 * (1 + StrictMath.cos(Math.PI * share));
      case "linear" -> lr * (1 - share);
      default -> lr;
    };
  }
}
