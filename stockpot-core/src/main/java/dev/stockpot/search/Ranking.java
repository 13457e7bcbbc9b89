package dev.stockpot.search;

import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.Role;
import dev.stockpot.eval.SetSpec;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/// Results ordered by what was measured on the report sets, never by `select`.
///
/// The order is by the mean over the in-distribution sets, then by the mean of the shifts, then by
/// name. Without report sets there is only `select` to order by.
///
/// @param eval which sets there are and which metric counts
/// @param higherIsBetter whether more of the metric is better
public record Ranking(EvalSpec eval, boolean higherIsBetter) {

  /// The results, best first.
  public List<Result> order(List<Result> results) {
    return results.stream()
        .sorted(
            Comparator.comparingDouble((Result result) -> cost(result))
                .thenComparingDouble(result -> cost(mean(result, Role.SHIFT)))
                .thenComparing(Result::name))
        .toList();
  }

  /// The mean of the metric over the sets of a role, by their weights, which are the same for all
  /// unless the user says otherwise; empty if there are none.
  public OptionalDouble mean(Result result, Role role) {
    List<SetSpec> sets = eval.sets().stream().filter(set -> set.role() == role).toList();
    double sum = sets.stream().mapToDouble(set -> set.weight() * value(result, set)).sum();
    double weights = sets.stream().mapToDouble(SetSpec::weight).sum();
    return sets.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(sum / weights);
  }

  /// The recipe's model to take: the best on `select` of those that are one model, the one of more
  /// ingredients where several are; none if all are worse there than the best single model.
  public Optional<Result> chosen(List<Result> results) {
    double single = bestSingle(results).map(this::selectCost).orElse(Double.POSITIVE_INFINITY);
    return models(results)
        .filter(result -> selectCost(result) <= single)
        .min(
            Comparator.comparingDouble(this::selectCost)
                .thenComparingInt(result -> -result.ingredients().size()));
  }

  /// The best single model on `select`, what a soup has to beat; ties by name.
  public Optional<Result> bestSingle(List<Result> results) {
    return results.stream()
        .filter(result -> result.recipe().equals(Result.INDIVIDUAL))
        .min(Comparator.comparingDouble(this::selectCost).thenComparing(Result::name));
  }

  /// What recipes recommend that is one model.
  static Stream<Result> models(List<Result> results) {
    return results.stream()
        .filter(Result::isRecommended)
        .filter(
            result -> !Recipes.named(result.recipe()).needs().contains(Recipe.Need.PREDICTIONS));
  }

  private double cost(Result result) {
    return cost(mean(result, countingRole()));
  }

  private Role countingRole() {
    List<Role> roles = eval.report().stream().map(SetSpec::role).toList();
    return roles.contains(Role.ID) ? Role.ID : roles.isEmpty() ? Role.SELECT : Role.SHIFT;
  }

  private double cost(OptionalDouble value) {
    if (value.isEmpty()) {
      return 0;
    }
    double cost = higherIsBetter ? -value.getAsDouble() : value.getAsDouble();
    return Double.isNaN(cost) ? Double.POSITIVE_INFINITY : cost;
  }

  private double selectCost(Result result) {
    return cost(result, eval.select());
  }

  private double cost(Result result, SetSpec set) {
    return cost(OptionalDouble.of(value(result, set)));
  }

  private double value(Result result, SetSpec set) {
    return result.evaluations().get(set.name()).metric(eval.metric());
  }
}
