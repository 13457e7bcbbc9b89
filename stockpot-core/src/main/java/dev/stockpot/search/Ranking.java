package dev.stockpot.search;

import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.Role;
import dev.stockpot.eval.SetSpec;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

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

  /// The unweighted mean of the metric over the sets of a role; empty if there are none.
  public OptionalDouble mean(Result result, Role role) {
    return eval.sets().stream()
        .filter(set -> set.role() == role)
        .mapToDouble(set -> value(result, set))
        .average();
  }

  /// In one plain sentence: whether the best soup beats the best single model, and by how much.
  ///
  /// The soup is the best-ranked one that is a single model and holds several ingredients; the
  /// single model is the one that is best on `select`.
  public Optional<String> verdict(List<Result> results) {
    Optional<Result> single =
        results.stream()
            .filter(result -> result.recipe().equals(Result.INDIVIDUAL))
            .min(
                Comparator.comparingDouble((Result r) -> cost(OptionalDouble.of(select(r))))
                    .thenComparing(Result::name));
    Optional<Result> soup = order(results).stream().filter(result -> isSoup(result)).findFirst();
    return single.flatMap(best -> soup.map(found -> sentence(found, best)));
  }

  private static boolean isSoup(Result result) {
    return result.isCooked()
        && result.ingredients().size() > 1
        && !Recipes.named(result.recipe()).needsLogits();
  }

  private String sentence(Result soup, Result single) {
    StringBuilder text = new StringBuilder("The ").append(soup.name()).append(" soup");
    double gain = gain(cost(single), cost(soup));
    text.append(gain > 0 ? " beats" : gain == 0 ? " equals" : " does not beat");
    text.append(" the best single model (").append(single.name()).append(')');
    String figures =
        eval.sets().stream()
            .filter(set -> set.role() == countingRole())
            .map(set -> set.name() + ": " + figures(soup, set) + " against " + figures(single, set))
            .collect(Collectors.joining(", on "));
    return text.append(" on ").append(figures).append('.').toString();
  }

  private String figures(Result result, SetSpec set) {
    var evaluation = result.evaluations().get(set.name());
    if (eval.metric().equals("accuracy") && evaluation.correctCount().isPresent()) {
      return evaluation.correctCount().orElseThrow() + " of " + evaluation.n();
    }
    return String.format(Locale.ROOT, "%.4f (n = %d)", value(result, set), evaluation.n());
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

  private static double gain(double before, double after) {
    return before == after ? 0 : before - after;
  }

  private double select(Result result) {
    return value(result, eval.select());
  }

  private double value(Result result, SetSpec set) {
    return result.evaluations().get(set.name()).metric(eval.metric());
  }
}
