package dev.stockpot.cli.miniature;

import dev.stockpot.cli.miniature.Pool.Foreign;
import dev.stockpot.cli.miniature.Pool.Pairs;
import dev.stockpot.cli.miniature.Pool.Twins;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// Pools without models.
final class TestPools {
  private TestPools() {}

  /// Two models, of which `b` is the best on select, and soups that are better than it by a gain on
  /// test and half of it on each of two shifts.
  static Pool pool(double gain) {
    SequencedMap<String, Map<String, Map<String, Double>>> results = new LinkedHashMap<>();
    results.put("base", sets(0.5, 0.5, 0.5));
    results.put("a", sets(0.7, 0.7, 0.5));
    results.put("b", sets(0.8, 0.75, 0.5));
    for (String recipe :
        List.of(
            Claims.UNIFORM,
            Claims.GREEDY,
            Claims.LEARNED,
            Claims.BY_LAYER,
            Claims.ENSEMBLE,
            Claims.GREEDY_ENSEMBLE,
            Claims.WISE_UNIFORM + "@0.8",
            Claims.WISE_GREEDY + "@0.8")) {
      results.put(recipe, sets(0.8, 0.75 + gain, 0.5 + gain / 2));
    }
    SequencedMap<String, Double> distances = new LinkedHashMap<>();
    distances.put("a", 2.0);
    distances.put("b", 1.0);
    return new Pool(
        results,
        List.of("a", "b"),
        distances,
        new Pairs(0.5, 0.75),
        new Twins(
            List.of(1.0, 1.02, 0.98),
            List.of(0.5, 0.52, 0.48),
            List.of(sets(0.7, 0.7, 0.5), sets(0.7, 0.7, 0.5)),
            sets(0.7, 0.7, 0.5),
            sets(0.7, 0.7 + gain, 0.5),
            sets(0.7, 0.71, 0.51)),
        new Foreign(0.8, 0.3));
  }

  static Map<String, Map<String, Double>> sets(double select, double test, double shifts) {
    SequencedMap<String, Map<String, Double>> sets = new LinkedHashMap<>();
    sets.put("select", metrics(select));
    sets.put("test", metrics(test));
    sets.put("shift-one", metrics(shifts - 0.125));
    sets.put("shift-two", metrics(shifts + 0.125));
    return sets;
  }

  private static Map<String, Double> metrics(double accuracy) {
    SequencedMap<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("accuracy", accuracy);
    metrics.put("ece", (1 - accuracy) / 4);
    return metrics;
  }
}
