package dev.stockpot.report;

import dev.stockpot.eval.Role;
import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonException;
import dev.stockpot.internal.json.JsonReader;
import dev.stockpot.recipe.RecipeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The study that a run left behind in its folder.
///
/// Only `results.jsonl` has to be there. Every other file adds a part of the report; one that
/// cannot be read is left out with a warning. `docs/report.md` says what the files hold.
public final class RunFolder {
  private final Path folder;
  private final List<String> warnings = new ArrayList<>();

  private RunFolder(Path folder) {
    this.folder = folder;
  }

  /// Reads a folder.
  ///
  /// @param hyperparameters a file of them, by model, if not the run's own
  /// @throws RecipeException if it holds no results
  public static Study read(Path folder, Optional<Path> hyperparameters) {
    if (!Files.isRegularFile(folder.resolve("results.jsonl"))) {
      throw new RecipeException(
          folder
              + ": holds no results.jsonl; name the folder of a finished run (stockpot cook), or"
              + " results from elsewhere with --results");
    }
    return new RunFolder(folder).study(hyperparameters);
  }

  private Study study(Optional<Path> hyperparameters) {
    Members manifest = part("manifest.json", Function.identity()).orElse(new Members(Map.of()));
    List<Model> models = new ResultReader(folder.resolve("results.jsonl"), "score").read();
    String metric =
        manifest
            .text("metric")
            .orElseGet(
                () -> models.getFirst().metrics().firstEntry().getValue().firstEntry().getKey());
    Hyperparameters known = hyperparameters(manifest, hyperparameters);
    List<Model> named = models.stream().map(known::add).toList();
    return Findings.addTo(
        new Study(
            title(),
            metric,
            !manifest.has("higher_is_better") || manifest.truth("higher_is_better"),
            sets(manifest, models),
            named,
            parts(manifest, named)));
  }

  private String title() {
    Path name = folder.toAbsolutePath().normalize().getFileName();
    return name == null ? "Model soup" : name.toString();
  }

  private Study.Parts parts(Members manifest, List<Model> models) {
    Optional<Members> statistics =
        part(
            "statistics.json",
            file -> {
              comparisons(file);
              intervals(file);
              return file;
            });
    return new Study.Parts(
        verdict(manifest, statistics, models),
        recipes(models).stream()
            .flatMap(recipe -> part(recipe + "/trace.json", file -> trace(recipe, file)).stream())
            .toList(),
        part("geometry.json", RunFolder::geometry),
        recipes(models).stream()
            .flatMap(recipe ->
                part(recipe + "/coefficients.json", file -> coefficients(recipe, file)).stream())
            .toList(),
        part("stock/stock.json", RunFolder::stock).orElse(List.of()),
        statistics.map(RunFolder::intervals).orElse(List.of()),
        statistics.map(RunFolder::comparisons).orElse(List.of()),
        part("diagnostics.json", file -> findings(file, models)).orElse(List.of()),
        part("interpolation.json", RunFolder::curve).stream().toList(),
        part("landscape.json", RunFolder::landscape).stream().toList(),
        part("approximation.json", RunFolder::approximation),
        manifest.members().isEmpty() ? Optional.empty() : Optional.of(provenance(manifest)),
        warnings);
  }

  /// A file of the folder, if it is there and can be read.
  private <T> Optional<T> part(String name, Function<Members, T> read) {
    Path file = folder.resolve(name);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          read.apply(Members.of("document", JsonReader.read(Files.readAllBytes(file)))));
    } catch (JsonException | IllegalArgumentException | IOException e) {
      warnings.add(name + " is left out: " + e.getMessage());
      return Optional.empty();
    }
  }

  private static SequencedSet<String> recipes(List<Model> models) {
    SequencedSet<String> recipes = new LinkedHashSet<>();
    models.stream()
        .filter(model -> model.kind() != Kind.BASE && model.kind() != Kind.INDIVIDUAL)
        .map(Model::recipe)
        // A recipe is a folder's name, not a path to somewhere else.
        .filter(recipe -> recipe.matches("[A-Za-z0-9][A-Za-z0-9._-]*"))
        .forEach(recipes::add);
    return recipes;
  }

  private static List<StudySet> sets(Members manifest, List<Model> models) {
    SequencedMap<String, Role> roles =
        manifest.map("sets", (name, json) -> role(Members.asText(name, json)));
    SequencedSet<String> names = new LinkedHashSet<>(roles.keySet());
    models.forEach(model -> names.addAll(model.metrics().keySet()));
    return names.stream()
        .map(name ->
            roles.containsKey(name) ? new StudySet(name, roles.get(name)) : StudySet.named(name))
        .toList();
  }

  private static Role role(String word) {
    return Role.valueOf(word.toUpperCase(Locale.ROOT));
  }

  /// From the file given, the run's folder, or beside the ingredients.
  private Hyperparameters hyperparameters(Members manifest, Optional<Path> given) {
    if (given.isPresent()) {
      return Hyperparameters.read(given.orElseThrow());
    }
    String name = "hyperparameters.json";
    return Stream.concat(
            Stream.of(folder),
            inputs(manifest).keySet().stream()
                .flatMap(input -> Stream.ofNullable(Path.of(input).getParent())))
        .distinct()
        .map(place -> place.resolve(name))
        .filter(Files::isRegularFile)
        .findFirst()
        .map(Hyperparameters::read)
        .orElse(Hyperparameters.NONE);
  }

  private static SequencedMap<String, String> inputs(Members manifest) {
    return manifest.map("inputs", Members::asText);
  }

  private Optional<Verdict> verdict(
      Members manifest, Optional<Members> statistics, List<Model> models) {
    return statistics
        .flatMap(file -> file.text("verdict"))
        .or(() -> manifest.text("verdict"))
        .map(sentence -> {
          Optional<Model> winner =
              manifest
                  .text("chosen")
                  .flatMap(name ->
                      models.stream().filter(model -> model.name().equals(name)).findFirst());
          return new Verdict(
              sentence,
              winner.map(Model::name),
              winner
                  .map(model -> folder.resolve(model.recipe()).resolve("model.safetensors"))
                  .filter(Files::exists)
                  .map(Path::toString),
              winner.flatMap(model -> command(model, manifest)));
        });
  }

  /// The command that makes a soup again; none if its ingredients' files are not known.
  private static Optional<String> command(Model soup, Members manifest) {
    List<String> words = new ArrayList<>(List.of("stockpot", "uniform"));
    for (String name : soup.ingredients().keySet()) {
      List<String> files =
          inputs(manifest).keySet().stream()
              .filter(file -> file.matches("(?s).*\\.(safetensors|pt|pth|bin|ckpt|onnx|gguf)"))
              .filter(file -> Path.of(file.replaceFirst("\\.[^./]*$", "")).endsWith(name))
              .toList();
      if (files.size() != 1) {
        return Optional.empty();
      }
      words.add(quoted(files.getFirst()));
    }
    if (soup.ingredients().values().stream().distinct().count() > 1) {
      words.add("--weights");
      words.add(
          String.join(",", soup.ingredients().values().stream().map(String::valueOf).toList()));
    }
    words.addAll(List.of("-o", "soup.safetensors"));
    return Optional.of(String.join(" ", words));
  }

  private static String quoted(String word) {
    return word.matches("[A-Za-z0-9_./:@%+=,-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  private static Trace trace(String recipe, Members file) {
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

  private static Geometry geometry(Members file) {
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

  private static Heatmap coefficients(String recipe, Members file) {
    return new Heatmap(
        recipe,
        file.list("layers", Members::asText),
        file.list("ingredients", Members::asText),
        file.list("alpha", Members::asNumbers));
  }

  private static List<StockLayer> stock(Members file) {
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

  private static List<Study.ModelInterval> intervals(Members file) {
    return file.list("models", Members::of).stream()
        .flatMap(model ->
            model.map("intervals", RunFolder::interval).entrySet().stream()
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
  private static List<Comparison> comparisons(Members file) {
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
                    contrast.get("interval", RunFolder::interval),
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
          default -> name;
        };
    return declared ? words + ", Holm" : words;
  }

  /// A finding is about the models whose names its message has.
  private static List<Finding> findings(Members file, List<Model> models) {
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

  private static Approximation approximation(Members file) {
    return new Approximation(
        file.list(
            "pairs",
            (what, json) -> {
              Members pair = Members.of(what, json);
              return new Approximation.Pair(
                  pair.require("first", it -> it.text("first")),
                  pair.require("second", it -> it.text("second")),
                  pair.number("approximated").orElseThrow(),
                  pair.number("measured").orElseThrow());
            }));
  }

  private static Provenance provenance(Members manifest) {
    SequencedMap<String, String> facts = new LinkedHashMap<>();
    manifest.map("versions", Members::asText).forEach((name, version) -> facts.put(name, version));
    manifest
        .number("seed")
        .ifPresent(seed -> facts.put("seed", String.format(Locale.ROOT, "%.0f", seed)));
    return new Provenance(
        manifest.list("command", Members::asText),
        facts,
        manifest.map("seconds", Members::asNumber),
        inputs(manifest),
        manifest.map("outputs", Members::asText),
        manifest.list("notes", Members::asText));
  }
}
