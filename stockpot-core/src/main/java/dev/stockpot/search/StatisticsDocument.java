package dev.stockpot.search;

import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.Evaluation;
import dev.stockpot.internal.json.JsonWriter;
import dev.stockpot.statistics.Interval;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/// `statistics.json`: how results compare, and what that is worth. The same bytes for the same
/// results.
public final class StatisticsDocument {
  private StatisticsDocument() {}

  /// The document.
  ///
  /// @param verdict in plain words
  public static String of(Comparisons comparisons, Optional<String> verdict) {
    Map<String, Object> document = members(comparisons);
    verdict.ifPresent(words -> document.put("verdict", words));
    return JsonWriter.pretty(JsonWriter.of(document));
  }

  /// The same without the verdict.
  public static Map<String, Object> members(Comparisons comparisons) {
    EvalSpec eval = comparisons.ranking().eval();
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("metric", eval.metric());
    document.put("higher_is_better", comparisons.ranking().higherIsBetter());
    document.put("against", comparisons.single().name());
    document.put("primary", comparisons.primary().name());
    document.put("level", Contrast.LEVEL);
    document.put("confidence", Contrast.CONFIDENCE);
    document.put("power", Contrast.POWER);
    document.put("resamples", Contrast.RESAMPLES);
    document.put("seed", Contrast.SEED);
    document.put("models", models(comparisons));
    Map<String, Object> ingredients = new LinkedHashMap<>();
    put(ingredients, "select_spearman", comparisons.selectSpearman());
    put(ingredients, "select_pearson", comparisons.selectPearson());
    comparisons
        .line()
        .ifPresent(line -> {
          Map<String, Object> members = new LinkedHashMap<>();
          members.put("axis", "logit");
          members.put("slope", line.slope());
          members.put("intercept", line.intercept());
          ingredients.put("line", members);
        });
    document.put("ingredients", ingredients);
    document.put(
        "comparisons",
        comparisons.all().stream().map(each -> comparison(comparisons, each)).toList());
    return document;
  }

  /// Every result's intervals by set, and its effective robustness.
  private static List<Object> models(Comparisons comparisons) {
    List<Object> models = new ArrayList<>();
    boolean accuracy = comparisons.ranking().eval().metric().equals("accuracy");
    for (Result result : comparisons.results()) {
      Map<String, Object> members = new LinkedHashMap<>();
      members.put("name", result.name());
      Map<String, Object> intervals = new LinkedHashMap<>();
      for (Map.Entry<String, Evaluation> entry : result.evaluations().entrySet()) {
        entry
            .getValue()
            .correctCount()
            .filter(_ -> accuracy)
            .map(count -> Interval.wilson(count, entry.getValue().n(), Contrast.CONFIDENCE))
            .ifPresent(interval -> intervals.put(entry.getKey(), pair(interval)));
      }
      members.put("intervals", intervals);
      put(members, "effective_robustness", comparisons.robustness(result));
      models.add(members);
    }
    return models;
  }

  private static Map<String, Object> comparison(Comparisons comparisons, Comparison comparison) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("name", comparison.result().name());
    put(members, "p_holm", comparison.holm());
    members.put("gain_on_select", comparison.gainOnSelect());
    members.put("gain", comparison.primary().gain());
    members.put("selection_optimism", comparison.optimism());
    put(members, "effective_robustness", comparisons.robustness(comparison.result()));
    Map<String, Object> measures = new LinkedHashMap<>();
    comparison
        .contrasts()
        .forEach(contrast -> measures.put(contrast.measure().name(), contrast(contrast)));
    members.put("measures", measures);
    return members;
  }

  private static Map<String, Object> contrast(Contrast contrast) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("value", contrast.value());
    members.put("against", contrast.against());
    members.put("gain", contrast.gain());
    contrast
        .test()
        .ifPresent(test -> {
          members.put("test", test.method().key());
          members.put("p", test.pValue());
          members.put("interval", pair(test.interval()));
          test.counts()
              .ifPresent(counts -> {
                members.put("wins", counts.wins());
                members.put("losses", counts.losses());
                members.put("smallest_gain", counts.smallestGain(Contrast.LEVEL));
                put(
                    members,
                    "gain_with_power",
                    counts.gainWithPower(Contrast.LEVEL, Contrast.POWER));
              });
        });
    return members;
  }

  private static List<Double> pair(Interval interval) {
    return List.of(interval.low(), interval.high());
  }

  private static void put(Map<String, Object> members, String name, OptionalDouble value) {
    value.ifPresent(it -> members.put(name, it));
  }
}
