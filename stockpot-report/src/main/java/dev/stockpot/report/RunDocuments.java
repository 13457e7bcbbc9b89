package dev.stockpot.report;

import dev.stockpot.internal.json.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/// What the documents in a run's folder say, each on its own; `docs/report.md` has their members.
///
/// What is not as it should be is an [IllegalArgumentException].
final class RunDocuments {
  private RunDocuments() {}

  static Trace trace(String recipe, Members file) {
    return new Trace(
        recipe,
        file.list(
            "trace",
            (what, json) -> {
              Members step = Members.of(what, json);
              return new Trace.Step(
                  step.require("candidate", it -> it.text("candidate")),
                  step.number("score"),
                  step.number("bound"),
                  step.truth("accepted"));
            }),
        List.copyOf(file.map("ingredients", Members::asNumber).keySet()));
  }

  static Geometry geometry(Members file) {
    List<String> names = file.list("ingredients", Members::asText);
    List<String> rows = new ArrayList<>(List.of("all"));
    List<List<Double>> norms = new ArrayList<>();
    List<Heatmap> angles = new ArrayList<>();
    Members total = file.require("total", it -> it.object("total"));
    norms.add(total.numbers("norms"));
    angles(names, "all", total).ifPresent(angles::add);
    for (Members layer : file.list("layers", Members::of)) {
      String name = layer.require("name", it -> it.text("name"));
      rows.add(name);
      norms.add(layer.numbers("norms"));
      angles(names, name, layer).ifPresent(angles::add);
    }
    return new Geometry(new Heatmap("norms", rows, names, norms), angles);
  }

  /// Angles in degrees from the upper triangle of the cosines, if that is there.
  private static Optional<Heatmap> angles(List<String> names, String of, Members members) {
    List<Double> cosines = members.numbers("cosines");
    int size = names.size();
    if (!members.has("cosines")) {
      return Optional.empty();
    }
    if (cosines.size() != size * (size - 1) / 2) {
      throw new IllegalArgumentException(
          "%s: %d cosines for %d ingredients".formatted(of, cosines.size(), size));
    }
    List<List<Double>> degrees = new ArrayList<>();
    for (int row = 0; row < size; row++) {
      degrees.add(new ArrayList<>(Collections.nCopies(size, 0.0)));
    }
    Iterator<Double> next = cosines.iterator();
    for (int row = 0; row < size; row++) {
      for (int column = row + 1; column < size; column++) {
        double angle = Math.toDegrees(Math.acos(Math.clamp(next.next(), -1.0, 1.0)));
        degrees.get(row).set(column, angle);
        degrees.get(column).set(row, angle);
      }
    }
    return Optional.of(new Heatmap(of, names, names, degrees));
  }

  static Heatmap coefficients(String recipe, Members file) {
    return new Heatmap(
        recipe,
        file.list("layers", Members::asText),
        file.list("ingredients", Members::asText),
        file.list("alpha", Members::asNumbers));
  }

  static List<StockLayer> stock(Members file) {
    List<StockLayer> layers = new ArrayList<>();
    file.map("tensors", Members::of)
        .forEach((name, figures) ->
            figures
                .number("t")
                .ifPresent(t ->
                    layers.add(
                        new StockLayer(
                            name,
                            t,
                            figures.number("cosine"),
                            figures.map("norms", Members::asNumber).values().stream()
                                .mapToDouble(Double::doubleValue)
                                .average()))));
    return layers;
  }

  static List<Study.ModelInterval> intervals(Members file) {
    return file.list("models", Members::of).stream()
        .flatMap(model ->
            model.map("intervals", RunDocuments::interval).entrySet().stream()
                .map(entry ->
                    new Study.ModelInterval(
                        model.require("name", it -> it.text("name")),
                        entry.getKey(),
                        entry.getValue())))
        .toList();
  }

  private static Interval interval(String what, Json json) {
    List<Double> ends = Members.asList(what, json, Members::asNumber);
    if (ends.size() != 2) {
      throw new IllegalArgumentException("'" + what + "' has not two ends");
    }
    return new Interval(ends.getFirst(), ends.getLast());
  }

  /// Every model by every measure. Only what was declared beforehand counts as significant: the
  /// primary measure, its p-values corrected for their number.
  static List<Comparison> comparisons(Members file) {
    String against = file.require("against", it -> it.text("against"));
    String primary = file.require("primary", it -> it.text("primary"));
    double level = file.number("level").orElse(0.05);
    List<Comparison> all = new ArrayList<>();
    for (Members model : file.list("comparisons", Members::of)) {
      model
          .map("measures", Members::of)
          .forEach((measure, contrast) -> {
            boolean declared = measure.equals(primary);
            OptionalDouble p = declared ? model.number("p_holm") : contrast.number("p");
            all.add(
                new Comparison(
                    model.require("name", it -> it.text("name")),
                    against,
                    measure,
                    contrast.number("gain").orElse(Double.NaN),
                    contrast.get("interval", RunDocuments::interval),
                    p,
                    contrast.number("smallest_gain"),
                    declared ? model.number("selection_optimism") : OptionalDouble.empty(),
                    test(contrast.text("test").orElse("none"), declared),
                    declared && p.isPresent() && p.getAsDouble() <= level));
          });
    }
    return all;
  }

  private static String test(String name, boolean declared) {
    String words =
        switch (name) {
          case "exact-mcnemar" -> "exact McNemar";
          case "sign-flips" -> "paired sign flips";
          case "paired-permutation" -> "paired permutation";
          default -> name;
        };
    return declared ? words + ", Holm" : words;
  }

  /// A finding is about the models whose names its message has.
  static List<Finding> findings(Members file, List<Model> models) {
    return file.list(
        "diagnostics",
        (what, json) -> {
          Members each = Members.of(what, json);
          String message = each.require("message", it -> it.text("message"));
          List<String> named =
              models.stream()
                  .filter(model -> model.kind() == Kind.INDIVIDUAL)
                  .map(Model::name)
                  .filter(name -> mentions(message, name))
                  .toList();
          return new Finding(
              each.require("name", it -> it.text("name")),
              message + each.text("advice").map(advice -> "; " + advice).orElse("") + ".",
              named);
        });
  }

  private static boolean mentions(String message, String name) {
    return Pattern.compile("(?<![\\w.-])" + Pattern.quote(name) + "(?![\\w-])")
        .matcher(message)
        .find();
  }

  static Curve curve(Members file) {
    return new Curve(
        file.require("from", it -> it.text("from")),
        file.require("to", it -> it.text("to")),
        file.list("alpha", Members::asNumber),
        file.map("values", Members::asNumbers));
  }

  static Landscape landscape(Members file) {
    return new Landscape(
        file.list(
            "points",
            (what, json) -> {
              Members point = Members.of(what, json);
              return new Landscape.Point(
                  point.require("name", it -> it.text("name")),
                  point.number("x").orElseThrow(),
                  point.number("y").orElseThrow());
            }),
        file.list("x", Members::asNumber),
        file.list("y", Members::asNumber),
        file.map("values", (what, json) -> Members.asList(what, json, Members::asNumbers)));
  }

  static Approximation approximation(Members file) {
    return new Approximation(
        file.list(
            "pairs",
            (what, json) -> {
              Members pair = Members.of(what, json);
              return new Approximation.Pair(
                  pair.require("first", it -> it.text("first")),
                  pair.require("second", it -> it.text("second")),
                  pair.text("set"),
                  pair.number("alpha"),
                  pair.require("approximated", it -> it.get("approximated", Members::asNumber)),
                  pair.require("measured", it -> it.get("measured", Members::asNumber)),
                  pair.number("measured_error"));
            }));
  }

  static Advantage advantage(Members file) {
    return new Advantage(
        file.require("metric", it -> it.text("metric")),
        file.list(
            "pairs",
            (what, json) -> {
              Members pair = Members.of(what, json);
              return new Advantage.Pair(
                  pair.require("first", it -> it.text("first")),
                  pair.require("second", it -> it.text("second")),
                  pair.require("set", it -> it.text("set")),
                  pair.require("angle_degrees", it -> it.get("angle_degrees", Members::asNumber)),
                  pair.require("advantage", it -> it.get("advantage", Members::asNumber)));
            }));
  }
}
