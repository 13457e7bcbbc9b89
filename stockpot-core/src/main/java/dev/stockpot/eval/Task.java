package dev.stockpot.eval;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What is predicted.
public enum Task {
  /// A class per example, from a row of logits.
  CLASSIFICATION,
  /// A number per example.
  REGRESSION,
  /// Each token from those before it.
  NEXT_TOKEN;

  /// As files name it, such as `next-token`.
  public String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// The only task that a metric measures; empty if it measures several.
  public static Optional<Task> of(Metric metric) {
    List<Task> fitting =
        Arrays.stream(values()).filter(task -> metric.fits(task.smallest())).toList();
    return fitting.size() == 1 ? Optional.of(fitting.getFirst()) : Optional.empty();
  }

  /// The metric that is chosen by where none is named.
  public Metric usualMetric() {
    return switch (this) {
      case CLASSIFICATION -> new Accuracy();
      case REGRESSION -> new MeanSquaredError();
      case NEXT_TOKEN -> new TokenLoss();
    };
  }

  /// What a set's targets are for this task: whole numbers may be the targets of a regression.
  ///
  /// @throws EvaluationException saying what is wrong, if they are none for it
  public Targets of(Targets stored) {
    return switch (this) {
      case CLASSIFICATION ->
          switch (stored) {
            case Targets.Classes classes -> classes;
            case Targets.Values _ -> throw wrong("numbers", "save the labels as integers");
            case Targets.Tokens _ -> throw wrong("missing", "name its labels");
          };
      case REGRESSION ->
          switch (stored) {
            case Targets.Classes(int[] labels) ->
                new Targets.Values(Arrays.stream(labels).asDoubleStream().toArray());
            case Targets.Values values -> values;
            case Targets.Tokens _ -> throw wrong("missing", "name its targets");
          };
      case NEXT_TOKEN ->
          switch (stored) {
            case Targets.Classes _ -> throw wrong("classes", "leave them out");
            case Targets.Values _ -> throw wrong("numbers", "leave them out");
            case Targets.Tokens tokens -> tokens;
          };
    };
  }

  private Targets smallest() {
    return switch (this) {
      case CLASSIFICATION -> new Targets.Classes(new int[] {0});
      case REGRESSION -> new Targets.Values(new double[] {0});
      case NEXT_TOKEN -> new Targets.Tokens(1);
    };
  }

  private EvaluationException wrong(String found, String remedy) {
    return new EvaluationException(
        "its targets are "
            + found
            + ", but the task is "
            + key()
            + "; "
            + remedy
            + ", or choose another task or metric");
  }
}
