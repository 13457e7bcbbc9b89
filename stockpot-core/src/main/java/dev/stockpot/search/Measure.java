package dev.stockpot.search;

import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.Role;
import dev.stockpot.eval.SetSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What results are compared by: the metric on a report set, or its mean over all report sets of a
/// role, which weigh the same unless said otherwise.
///
/// @param name the set's, or `mean of shifts`
/// @param role of the sets
/// @param sets at least one
public record Measure(String name, Role role, List<SetSpec> sets) {

  public Measure {
    sets = List.copyOf(sets);
  }

  /// Every report set, then the mean of each role that has several.
  public static List<Measure> of(EvalSpec eval) {
    List<Measure> measures = new ArrayList<>();
    eval.report().forEach(set -> measures.add(new Measure(set.name(), set.role(), List.of(set))));
    for (Role role : List.of(Role.ID, Role.SHIFT)) {
      mean(eval, role).filter(mean -> mean.sets().size() > 1).ifPresent(measures::add);
    }
    return List.copyOf(measures);
  }

  /// What counts: the in-distribution report sets, or the shifts if there are no others.
  public static Optional<Measure> primary(EvalSpec eval) {
    return mean(eval, Role.ID).or(() -> mean(eval, Role.SHIFT));
  }

  /// All report sets of a role; the set itself, where there is but one.
  static Optional<Measure> mean(EvalSpec eval, Role role) {
    List<SetSpec> sets = eval.report().stream().filter(set -> set.role() == role).toList();
    return switch (sets.size()) {
      case 0 -> Optional.empty();
      case 1 -> Optional.of(new Measure(sets.getFirst().name(), role, sets));
      default -> Optional.of(new Measure("mean of " + plural(role), role, sets));
    };
  }

  /// The mean of a metric over the sets, by their weights.
  double value(Result result, String metric) {
    double sum = 0;
    double weights = 0;
    for (SetSpec set : sets) {
      sum += set.weight() * result.evaluations().get(set.name()).metric(metric);
      weights += set.weight();
    }
    return sum / weights;
  }

  private static String plural(Role role) {
    return switch (role) {
      case SELECT -> throw new IllegalArgumentException("select is one set");
      case ID -> "in-distribution sets";
      case SHIFT -> "shifts";
    };
  }
}
