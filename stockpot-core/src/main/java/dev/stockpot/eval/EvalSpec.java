package dev.stockpot.eval;

import java.util.List;
import java.util.stream.Stream;

/// An `eval.yml`: what measures candidates, on which examples, by which metric.
///
/// @param evaluator what measures
/// @param input how examples become the model's input
/// @param select the set that recipes choose on
/// @param report the sets that results are reported on, in the file's order
/// @param metric the name of the metric that recipes choose by
public record EvalSpec(
    EvaluatorSpec evaluator, InputSpec input, SetSpec select, List<SetSpec> report, String metric) {

  public EvalSpec {
    report = List.copyOf(report);
  }

  /// The same, but image files that cannot be read are left out.
  public EvalSpec skippingBad() {
    return new EvalSpec(
        evaluator,
        input,
        select.skippingBad(),
        report.stream().map(SetSpec::skippingBad).toList(),
        metric);
  }

  /// `select`, then the report sets.
  public List<SetSpec> sets() {
    return Stream.concat(Stream.of(select), report.stream()).toList();
  }
}
