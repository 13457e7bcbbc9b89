package dev.stockpot.eval;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// An `eval.yml`: what measures candidates, on which examples, by which metric.
///
/// @param evaluator what measures
/// @param gradients the network that gives gradients, where there is one: that which measures, or
///   another of the same model
/// @param input how examples become the model's input
/// @param train the set that models were trained on, for what needs it
/// @param select the set that recipes choose on
/// @param report the sets that results are reported on, in the file's order
/// @param task what is predicted, and by which metric recipes choose
public record EvalSpec(
    EvaluatorSpec evaluator,
    Optional<EvaluatorSpec.Network> gradients,
    InputSpec input,
    Optional<SetSpec> train,
    SetSpec select,
    List<SetSpec> report,
    TaskSpec task) {

  public EvalSpec {
    report = List.copyOf(report);
  }

  /// One without gradients and training data.
  public EvalSpec(
      EvaluatorSpec evaluator,
      InputSpec input,
      SetSpec select,
      List<SetSpec> report,
      TaskSpec task) {
    this(evaluator, Optional.empty(), input, Optional.empty(), select, report, task);
  }

  /// One that needs no more than a metric's name.
  ///
  /// @throws EvaluationException if a network is to be measured by a metric that is not known
  public EvalSpec(
      EvaluatorSpec evaluator,
      InputSpec input,
      SetSpec select,
      List<SetSpec> report,
      String metric) {
    this(
        evaluator,
        input,
        select,
        report,
        switch (evaluator) {
          case EvaluatorSpec.Network _ -> TaskSpec.of(Metrics.named(metric));
          case EvaluatorSpec.Command _ ->
              TaskSpec.ofCommand(metric, Metrics.higherIsBetter(metric));
        });
  }

  /// The name of the metric that recipes choose by.
  public String metric() {
    return task.metric();
  }

  /// The same, but image files that cannot be read are left out.
  public EvalSpec skippingBad() {
    return new EvalSpec(
        evaluator,
        gradients,
        input,
        train.map(SetSpec::skippingBad),
        select.skippingBad(),
        report.stream().map(SetSpec::skippingBad).toList(),
        task);
  }

  /// The sets that are measured: `select`, then the report sets.
  public List<SetSpec> sets() {
    return Stream.concat(Stream.of(select), report.stream()).toList();
  }
}
