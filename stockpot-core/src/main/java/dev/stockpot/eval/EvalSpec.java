package dev.stockpot.eval;

import java.util.List;
import java.util.stream.Stream;

/// An `eval.yml`: what measures candidates, on which examples, by which metric.
///
/// @param evaluator what measures
/// @param input how examples become the model's input
/// @param select the set that recipes choose on
/// @param report the sets that results are reported on, in the file's order
/// @param task what is predicted, and by which metric recipes choose
public record EvalSpec(
    EvaluatorSpec evaluator, InputSpec input, SetSpec select, List<SetSpec> report, TaskSpec task) {

  public EvalSpec {
    report = List.copyOf(report);
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
        input,
        select.skippingBad(),
        report.stream().map(SetSpec::skippingBad).toList(),
        task);
  }

  /// `select`, then the report sets.
  public List<SetSpec> sets() {
    return Stream.concat(Stream.of(select), report.stream()).toList();
  }
}
