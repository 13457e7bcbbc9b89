package dev.stockpot.search;

/// What a recipe takes at most, evaluations of base and ingredients apart.
///
/// @param trials evaluations on `select` alone
/// @param results evaluations on every set
/// @param made soups that are made, again where one is made twice
/// @param gradients passes over `select` with gradients
/// @param recalibrations passes over the training data
public record Cost(long trials, long results, long made, long gradients, long recalibrations) {
  public static final Cost NONE = new Cost(0, 0);

  /// Of a recipe that makes a soup for each evaluation, and nothing else.
  public Cost(long trials, long results) {
    this(trials, results, trials + results, 0, 0);
  }

  /// The same, with this many more soups.
  Cost making(long more) {
    return new Cost(trials, results, made + more, gradients, recalibrations);
  }

  /// The same, with a pass over the training data for each soup.
  Cost recalibrating() {
    return new Cost(trials, results, made, gradients, made);
  }

  /// Of as many alike.
  Cost times(int n) {
    return new Cost(n * trials, n * results, n * made, n * gradients, n * recalibrations);
  }

  /// Both together.
  public Cost plus(Cost other) {
    return new Cost(
        trials + other.trials,
        results + other.results,
        made + other.made,
        gradients + other.gradients,
        recalibrations + other.recalibrations);
  }
}
