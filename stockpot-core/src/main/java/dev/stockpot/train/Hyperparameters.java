package dev.stockpot.train;

import java.util.Map;

/// The hyperparameters of a run of Stockpot's own trainer: those that were drawn, and the usual
/// value of all others.
///
/// @param drawn by name; each is right for its [Hyperparameter]
public record Hyperparameters(Map<String, Value> drawn) {

  /// @throws IllegalArgumentException for a name that is not known, or a value that is wrong for it
  public Hyperparameters {
    drawn = Map.copyOf(drawn);
    drawn.forEach((name, value) ->
        Hyperparameter.named(name)
            .orElseThrow(() -> new IllegalArgumentException("unknown '" + name + "'"))
            .fault(value)
            .ifPresent(fault -> {
              throw new IllegalArgumentException("'" + name + "' " + fault);
            }));
  }

  /// A number.
  public double real(Hyperparameter hyperparameter) {
    return ((Value.Real) value(hyperparameter)).number();
  }

  /// A whole number that is small enough.
  public int whole(Hyperparameter hyperparameter) {
    return Math.toIntExact(seed(hyperparameter));
  }

  /// A whole number.
  public long seed(Hyperparameter hyperparameter) {
    return (long) real(hyperparameter);
  }

  /// A word.
  public String word(Hyperparameter hyperparameter) {
    return value(hyperparameter).text();
  }

  /// Epochs of the head alone, and of all.
  public int allEpochs() {
    return whole(Hyperparameter.PROBE_EPOCHS) + whole(Hyperparameter.EPOCHS);
  }

  private Value value(Hyperparameter hyperparameter) {
    return drawn.getOrDefault(hyperparameter.name(), hyperparameter.usual());
  }
}
