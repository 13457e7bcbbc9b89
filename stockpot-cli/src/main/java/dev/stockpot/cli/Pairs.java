package dev.stockpot.cli;

import dev.stockpot.eval.SoupAgainstEnsemble;
import dev.stockpot.statistics.Correlation;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What pairs of models say: soups against ensembles, and the advantage of the point half way.
///
/// @param metric of the advantages
/// @param compared a soup against an ensemble, by pair, set and share
/// @param halves points half way, by pair and set; empty without a base
/// @param step by which second derivatives were taken
/// @param notes for the user: what was left out
record Pairs(
    String metric, List<Compared> compared, List<Half> halves, double step, List<String> notes) {

  Pairs {
    compared = List.copyOf(compared);
    halves = List.copyOf(halves);
    notes = List.copyOf(notes);
  }

  /// A soup against an ensemble.
  ///
  /// @param set on which
  record Compared(String first, String second, String set, SoupAgainstEnsemble figures) {}

  /// A point half way.
  ///
  /// @param angleDegrees between the two models' task vectors
  /// @param advantage by how much better it is than the mean of the two
  record Half(String first, String second, String set, double angleDegrees, double advantage) {}

  /// Two figures of all points of a set.
  ///
  /// @param first mean of what was measured
  /// @param second mean of what it is compared with
  /// @param correlation of the two; NaN where one does not vary
  record Summary(String set, int points, double first, double second, double correlation) {}

  /// `approximation.json`.
  Map<String, Object> approximation() {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("step", step);
    document.put(
        "pairs",
        compared.stream()
            .map(each -> {
              Map<String, Object> members = new LinkedHashMap<>();
              members.put("first", each.first());
              members.put("second", each.second());
              members.put("set", each.set());
              members.put("alpha", each.figures().alpha());
              members.put("beta", each.figures().beta());
              members.put("approximated", each.figures().approximated());
              members.put("measured", each.figures().measured());
              members.put("measured_error", each.figures().error());
              return members;
            })
            .toList());
    document.put("correlation", correlations(approximations()));
    return document;
  }

  /// `advantage.json`, where angles are known.
  Optional<Map<String, Object>> advantage() {
    if (halves.isEmpty()) {
      return Optional.empty();
    }
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("metric", metric);
    document.put(
        "pairs",
        halves.stream()
            .map(each -> {
              Map<String, Object> members = new LinkedHashMap<>();
              members.put("first", each.first());
              members.put("second", each.second());
              members.put("set", each.set());
              members.put("angle_degrees", each.angleDegrees());
              members.put("advantage", each.advantage());
              return members;
            })
            .toList());
    document.put("correlation", correlations(advantages()));
    return Optional.of(document);
  }

  /// Measured and approximated, by set.
  List<Summary> approximations() {
    return compared.stream()
        .map(Compared::set)
        .distinct()
        .map(set -> {
          List<SoupAgainstEnsemble> own =
              compared.stream()
                  .filter(each -> each.set().equals(set))
                  .map(Compared::figures)
                  .toList();
          return summary(
              set,
              own.stream().mapToDouble(SoupAgainstEnsemble::measured).toArray(),
              own.stream().mapToDouble(SoupAgainstEnsemble::approximated).toArray());
        })
        .toList();
  }

  /// Advantages and angles, by set.
  List<Summary> advantages() {
    return halves.stream()
        .map(Half::set)
        .distinct()
        .map(set -> {
          List<Half> own = halves.stream().filter(each -> each.set().equals(set)).toList();
          return summary(
              set,
              own.stream().mapToDouble(Half::advantage).toArray(),
              own.stream().mapToDouble(Half::angleDegrees).toArray());
        })
        .toList();
  }

  private static Summary summary(String set, double[] first, double[] second) {
    return new Summary(
        set,
        first.length,
        Arrays.stream(first).average().orElse(Double.NaN),
        Arrays.stream(second).average().orElse(Double.NaN),
        Correlation.pearson(first, second));
  }

  private static Map<String, Object> correlations(List<Summary> summaries) {
    Map<String, Object> correlations = new LinkedHashMap<>();
    summaries.forEach(each -> correlations.put(each.set(), each.correlation()));
    return correlations;
  }
}
