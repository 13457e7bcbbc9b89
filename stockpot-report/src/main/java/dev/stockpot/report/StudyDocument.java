package dev.stockpot.report;

import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/// A study as the JSON document that the page draws.
final class StudyDocument {
  private static final String DIGITS =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
  private static final int NO_ANGLE = 4095;

  private StudyDocument() {}

  /// The document.
  static Json of(Study study) {
    Study.Parts parts = study.parts();
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("title", study.title());
    document.put("metric", study.metric());
    document.put("higherIsBetter", study.higherIsBetter());
    document.put(
        "sets",
        study.sets().stream()
            .map(set ->
                ordered("name", set.name(), "role", set.role().name().toLowerCase(Locale.ROOT)))
            .toList());
    document.put("models", study.models().stream().map(StudyDocument::model).toList());
    parts.verdict().ifPresent(verdict -> document.put("verdict", verdict(verdict)));
    document.put("traces", parts.traces().stream().map(StudyDocument::trace).toList());
    parts
        .geometry()
        .ifPresent(geometry -> {
          document.put("norms", heatmap(geometry.norms()));
          document.put("angles", heatmap(geometry.angles().getFirst()));
          document.put(
              "layerAngles",
              geometry.angles().stream().skip(1).map(StudyDocument::packed).toList());
        });
    document.put(
        "coefficients", parts.coefficients().stream().map(StudyDocument::heatmap).toList());
    document.put("stock", parts.stock().stream().map(StudyDocument::layer).toList());
    document.put("intervals", intervals(study));
    document.put(
        "comparisons", parts.comparisons().stream().map(StudyDocument::comparison).toList());
    document.put("findings", parts.findings().stream().map(StudyDocument::finding).toList());
    document.put("curves", parts.curves().stream().map(StudyDocument::curve).toList());
    document.put("landscapes", parts.landscapes().stream().map(StudyDocument::landscape).toList());
    parts
        .approximation()
        .ifPresent(it ->
            document.put("approximation", it.pairs().stream().map(StudyDocument::pair).toList()));
    parts
        .advantage()
        .ifPresent(it ->
            document.put(
                "advantage",
                ordered(
                    "metric",
                    it.metric(),
                    "pairs",
                    it.pairs().stream().map(StudyDocument::half).toList())));
    parts.provenance().ifPresent(it -> document.put("provenance", provenance(it)));
    document.put("warnings", parts.warnings());
    return JsonWriter.of(document);
  }

  private static Map<String, Object> model(Model model) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("name", model.name());
    members.put("recipe", model.recipe());
    members.put("kind", model.kind().word());
    members.put("ingredients", model.ingredients());
    members.put("metrics", model.metrics());
    members.put("n", model.n());
    members.put("correct", model.correct());
    members.put("hyperparameters", model.hyperparameters());
    return members;
  }

  private static Map<String, Object> verdict(Verdict verdict) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("sentence", verdict.sentence());
    put(members, "winner", verdict.winner());
    put(members, "checkpoint", verdict.checkpoint());
    put(members, "command", verdict.command());
    return members;
  }

  private static Map<String, Object> trace(Trace trace) {
    return ordered(
        "recipe",
        trace.recipe(),
        "kept",
        trace.kept(),
        "steps",
        trace.steps().stream()
            .map(step -> {
              Map<String, Object> members = new LinkedHashMap<>();
              members.put("candidate", step.candidate());
              put(members, "score", step.score());
              put(members, "bound", step.bound());
              members.put("accepted", step.accepted());
              return members;
            })
            .toList());
  }

  private static Map<String, Object> heatmap(Heatmap map) {
    return ordered(
        "of",
        map.of(),
        "rows",
        map.rows(),
        "columns",
        map.columns(),
        "values",
        floats(map.values()));
  }

  /// To seven digits, which is more than can be seen.
  private static List<List<Float>> floats(List<List<Double>> values) {
    return values.stream().map(row -> row.stream().map(Double::floatValue).toList()).toList();
  }

  /// The upper triangle of a layer's angles in tenths of a degree, two base-64 digits each: the
  /// angles of 100 ingredients in 200 layers take two megabytes.
  private static Map<String, Object> packed(Heatmap angles) {
    StringBuilder digits = new StringBuilder();
    for (int row = 0; row < angles.values().size(); row++) {
      for (int column = row + 1; column < angles.values().size(); column++) {
        double angle = angles.values().get(row).get(column);
        int tenths = Double.isNaN(angle) ? NO_ANGLE : (int) Math.round(10 * angle);
        digits.append(DIGITS.charAt(tenths >> 6)).append(DIGITS.charAt(tenths & 63));
      }
    }
    return ordered("of", angles.of(), "packed", digits.toString());
  }

  private static Map<String, Object> layer(StockLayer layer) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("name", layer.name());
    members.put("t", layer.t());
    put(members, "cosine", layer.cosine());
    put(members, "norm", layer.norm());
    return members;
  }

  /// Those given; else Wilson's, where an accuracy comes with a count.
  private static List<Object> intervals(Study study) {
    List<Study.ModelInterval> given = study.parts().intervals();
    if (!given.isEmpty()) {
      return given.stream().map(it -> interval(it, "given")).toList();
    }
    if (!study.metric().equals("accuracy")) {
      return List.of();
    }
    return study.models().stream()
        .flatMap(model ->
            model.n().entrySet().stream()
                .filter(count -> count.getValue() > 0)
                .filter(count -> model.value(count.getKey(), "accuracy").isPresent())
                .map(count ->
                    interval(
                        new Study.ModelInterval(
                            model.name(),
                            count.getKey(),
                            Interval.wilson(
                                model.value(count.getKey(), "accuracy").orElseThrow(),
                                count.getValue())),
                        "Wilson")))
        .toList();
  }

  private static Object interval(Study.ModelInterval it, String method) {
    return ordered(
        "model", it.model(),
        "set", it.set(),
        "low", it.interval().low(),
        "high", it.interval().high(),
        "method", method);
  }

  private static Map<String, Object> comparison(Comparison comparison) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("model", comparison.model());
    members.put("against", comparison.against());
    members.put("measure", comparison.measure());
    members.put("gain", comparison.gain());
    comparison
        .interval()
        .ifPresent(interval -> {
          members.put("low", interval.low());
          members.put("high", interval.high());
        });
    put(members, "p", comparison.p());
    put(members, "smallestGain", comparison.smallestGain());
    put(members, "optimism", comparison.optimism());
    members.put("test", comparison.test());
    members.put("significant", comparison.significant());
    return members;
  }

  private static Map<String, Object> finding(Finding finding) {
    return ordered(
        "name", finding.name(), "message", finding.message(), "models", finding.models());
  }

  private static Map<String, Object> curve(Curve curve) {
    return ordered(
        "from", curve.from(),
        "to", curve.to(),
        "alphas", curve.alphas(),
        "values", curve.values());
  }

  private static Map<String, Object> landscape(Landscape landscape) {
    return ordered(
        "points",
        landscape.points().stream()
            .map(point -> ordered("name", point.name(), "x", point.x(), "y", point.y()))
            .toList(),
        "x",
        landscape.x(),
        "y",
        landscape.y(),
        "values",
        landscape.values());
  }

  private static Map<String, Object> pair(Approximation.Pair pair) {
    Map<String, Object> members = ordered("first", pair.first(), "second", pair.second());
    put(members, "set", pair.set());
    put(members, "alpha", pair.alpha());
    members.put("approximated", pair.approximated());
    members.put("measured", pair.measured());
    put(members, "error", pair.error());
    return members;
  }

  private static Map<String, Object> half(Advantage.Pair pair) {
    return ordered(
        "first", pair.first(),
        "second", pair.second(),
        "set", pair.set(),
        "angle", pair.angleDegrees(),
        "advantage", pair.advantage());
  }

  private static Map<String, Object> provenance(Provenance provenance) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("command", provenance.command());
    members.put("facts", provenance.facts());
    members.put("seconds", provenance.seconds());
    members.put("inputs", provenance.inputs());
    members.put("outputs", provenance.outputs());
    members.put("notes", provenance.notes());
    return members;
  }

  /// Members in the order given: the same study gives the same page.
  private static Map<String, Object> ordered(Object... namesAndValues) {
    Map<String, Object> members = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      members.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return members;
  }

  private static void put(Map<String, Object> members, String name, Optional<String> value) {
    value.ifPresent(text -> members.put(name, text));
  }

  private static void put(Map<String, Object> members, String name, OptionalDouble value) {
    value.ifPresent(number -> members.put(name, number));
  }
}
