package dev.stockpot.search;

import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.Evaluation;
import dev.stockpot.eval.Role;
import dev.stockpot.eval.SetSpec;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
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

  /// The unweighted mean of the metric over the sets of a role; empty if there are none.
  public OptionalDouble mean(Result result, Role role) {
    return eval.sets().stream()
        .filter(set -> set.role() == role)
        .mapToDouble(set -> value(result, set))
        .average();
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

  /// In plain words: what was chosen on `select`, and whether it beats the best single model where
  /// that counts, on the in-distribution report sets.
  public Optional<String> verdict(List<Result> results) {
    return bestSingle(results)
        .filter(_ -> models(results).findAny().isPresent())
        .map(single ->
            chosen(results)
                .filter(model -> model.ingredients().size() > 1)
                .map(soup -> sentence(soup, single))
                .orElseGet(() -> noSoup(single)));
  }

  private Optional<Result> bestSingle(List<Result> results) {
    return results.stream()
        .filter(result -> result.recipe().equals(Result.INDIVIDUAL))
        .min(Comparator.comparingDouble(this::selectCost).thenComparing(Result::name));
  }

  /// What recipes made that is one model.
  private static Stream<Result> models(List<Result> results) {
    return results.stream()
        .filter(Result::isCooked)
        .filter(
            result -> !Recipes.named(result.recipe()).needs().contains(Recipe.Need.PREDICTIONS));
  }

  private String noSoup(Result single) {
    return "No soup beats the best single model, "
        + single.name()
        + ", on select: "
        + figures(single, eval.select())
        + ".";
  }

  private String sentence(Result chosen, Result single) {
    StringBuilder text = new StringBuilder("Chosen on select: ");
    text.append(chosen.name()).append(", a soup of ").append(chosen.ingredients().size());
    text.append(" (").append(figures(chosen, eval.select()));
    text.append("; best single model ").append(single.name()).append(": ");
    text.append(figures(single, eval.select())).append(").");
    for (SetSpec set : countingSets()) {
      double gain = cost(single, set) - cost(chosen, set);
      text.append(" On ").append(set.name()).append(" it gets ").append(figures(chosen, set));
      text.append(" against ").append(figures(single, set)).append(": ");
      text.append(word(gain));
    }
    if (countingRole() == Role.ID && eval.report().stream().anyMatch(Ranking::isShift)) {
      OptionalDouble soup = mean(chosen, Role.SHIFT);
      OptionalDouble before = mean(single, Role.SHIFT);
      text.append(" Mean of shifts: ").append(number(soup.orElseThrow()));
      text.append(" against ").append(number(before.orElseThrow())).append(": ");
      text.append(word(cost(before) - cost(soup)));
    }
    return text.toString();
  }

  private static boolean isShift(SetSpec set) {
    return set.role() == Role.SHIFT;
  }

  private static String word(double gain) {
    return gain > 0 ? "better." : gain == 0 ? "the same." : "no better.";
  }

  private String number(double value) {
    return eval.metric().equals("accuracy")
        ? String.format(Locale.ROOT, "%.2f %%", 100 * value)
        : String.format(Locale.ROOT, "%.4f", value);
  }

  private String figures(Result result, SetSpec set) {
    Evaluation evaluation = result.evaluations().get(set.name());
    if (eval.metric().equals("accuracy") && evaluation.correctCount().isPresent()) {
      return evaluation.correctCount().orElseThrow() + " of " + evaluation.n();
    }
    return number(value(result, set));
  }

  private List<SetSpec> countingSets() {
    return eval.report().stream().filter(set -> set.role() == countingRole()).toList();
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
