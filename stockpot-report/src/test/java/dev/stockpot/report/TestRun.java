package dev.stockpot.report;

import dev.stockpot.internal.json.JsonWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// A run's folder with every file that a report reads, of numbers that a seed makes up.
///
/// @param names of the ingredients
/// @param layers number of layers
record TestRun(List<String> names, int layers) {
  static final List<String> SETS = List.of("select", "test", "shift-a", "shift-b");
  private static final int N = 500;

  /// Ingredients with ordinary names.
  static TestRun of(int ingredients, int layers) {
    return new TestRun(
        IntStream.range(0, ingredients).mapToObj("ft-%02d"::formatted).toList(), layers);
  }

  /// Writes it.
  void write(Path folder) throws IOException {
    Random random = new Random(7);
    writeResults(folder, random);
    json(folder.resolve("manifest.json"), manifest());
    json(folder.resolve("hyperparameters.json"), hyperparameters(random));
    json(folder.resolve("greedy/trace.json"), trace());
    json(
        folder.resolve("geometry.json"),
        Map.of(
            "ingredients", names,
            "total", vectors(random),
            "layers",
                layerNames().stream()
                    .map(layer -> {
                      Map<String, Object> members = new LinkedHashMap<>(vectors(random));
                      members.put("name", layer);
                      return members;
                    })
                    .toList()));
    json(
        folder.resolve("learned/coefficients.json"),
        Map.of(
            "layers", layerNames(),
            "ingredients", names,
            "alpha",
                layerNames().stream()
                    .map(_ -> numbers(names.size(), random::nextDouble))
                    .toList()));
    Map<String, Object> tensors = new LinkedHashMap<>();
    layerNames()
        .forEach(layer ->
            tensors.put(
                layer, Map.of("t", random.nextDouble(), "cosine", 0.5, "norms", Map.of("a", 1.0))));
    json(folder.resolve("stock/stock.json"), Map.of("tensors", tensors));
    json(
        folder.resolve("statistics.json"),
        Map.of(
            "against", names.getFirst(),
            "primary", "test",
            "level", 0.05,
            "models",
                List.of(Map.of("name", "greedy", "intervals", Map.of("test", List.of(0.5, 0.9)))),
            "comparisons",
                List.of(
                    Map.of(
                        "name",
                        "learned",
                        "p_holm",
                        0.01,
                        "selection_optimism",
                        0.02,
                        "measures",
                        Map.of(
                            "test",
                            Map.of(
                                "gain", 0.05,
                                "test", "exact-mcnemar",
                                "p", 0.002,
                                "smallest_gain", 0.03,
                                "interval", List.of(0.01, 0.09)))))));
    json(
        folder.resolve("diagnostics.json"),
        Map.of(
            "diagnostics",
            List.of(
                Map.of(
                    "name", "norm-outlier",
                    "severity", "warning",
                    "message", names.getLast() + " lies far away",
                    "advice", "leave it out"))));
    json(
        folder.resolve("interpolation.json"),
        Map.of(
            "from", names.getFirst(),
            "to", names.getLast(),
            "alpha", List.of(0.0, 0.5, 1.0),
            "values", Map.of("test accuracy", List.of(0.8, 0.7, 0.82))));
    json(
        folder.resolve("landscape.json"),
        Map.of(
            "points",
                List.of(
                    Map.of("name", "base", "x", 0, "y", 0),
                    Map.of("name", names.getFirst(), "x", 1, "y", 0),
                    Map.of("name", names.getLast(), "x", 0.5, "y", 1)),
            "x", List.of(0.0, 0.5, 1.0),
            "y", List.of(0.0, 1.0),
            "values", Map.of("test nll", List.of(List.of(0.5, 0.3, 0.4), List.of(0.6, 0.4, 0.5)))));
    json(folder.resolve("approximation.json"), Map.of("pairs", pairs()));
    json(folder.resolve("advantage.json"), Map.of("metric", "accuracy", "pairs", pairs()));
  }

  /// The first ingredient with every other on two sets.
  private List<Object> pairs() {
    return IntStream.range(1, names.size())
        .boxed()
        .flatMap(i ->
            Stream.of("select", "test")
                .<Object>map(set ->
                    Map.of(
                        "first",
                        names.getFirst(),
                        "second",
                        names.get(i),
                        "set",
                        set,
                        "alpha",
                        0.5,
                        "approximated",
                        0.01 * i,
                        "measured",
                        0.012 * i,
                        "measured_error",
                        -0.01 * i,
                        "angle_degrees",
                        30.0 + i,
                        "advantage",
                        0.002 * i)))
        .toList();
  }

  private void writeResults(Path folder, Random random) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add(line("base", "base", List.of("base"), random));
    names.forEach(name -> lines.add(line(name, "individual", List.of(name), random)));
    for (String soup : List.of("uniform", "greedy", "learned", "stock")) {
      lines.add(line(soup, soup, names, random));
    }
    lines.add(line("ensemble", "ensemble", names, random));
    for (String alpha : List.of("0.25", "0.5", "0.75")) {
      lines.add(line("wise-ft-" + alpha, "wise-ft", List.of("base", names.getFirst()), random));
    }
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("results.jsonl"), String.join("\n", lines) + "\n");
  }

  private static String line(String name, String recipe, List<String> parts, Random random) {
    Map<String, Object> metrics = new LinkedHashMap<>();
    Map<String, Object> n = new LinkedHashMap<>();
    Map<String, Object> correct = new LinkedHashMap<>();
    for (String set : SETS) {
      int count = 300 + random.nextInt(150);
      metrics.put(set, Map.of("accuracy", (double) count / N, "nll", random.nextDouble()));
      n.put(set, N);
      correct.put(set, count);
    }
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("name", name);
    line.put("recipe", recipe);
    Map<String, Double> weights = new LinkedHashMap<>();
    parts.forEach(part -> weights.put(part, 1.0 / parts.size()));
    line.put("ingredients", weights);
    line.put("metrics", metrics);
    line.put("n", n);
    line.put("correct", correct);
    return JsonWriter.write(JsonWriter.of(line));
  }

  private Map<String, Object> manifest() {
    Map<String, Object> manifest = new LinkedHashMap<>();
    manifest.put("command", List.of("cook", "soup.yml"));
    manifest.put("versions", Map.of("stockpot", "0.1", "java", "25", "a.library", "1"));
    manifest.put("seed", 0);
    manifest.put("metric", "accuracy");
    manifest.put("higher_is_better", true);
    Map<String, String> roles = new LinkedHashMap<>();
    SETS.forEach(set -> roles.put(set, set.equals("test") ? "id" : set.replaceFirst("-.*", "")));
    manifest.put("sets", roles);
    manifest.put("verdict", "Chosen on select: greedy. On test it is better.");
    manifest.put("chosen", "greedy");
    manifest.put("inputs", Map.of("soup.yml", "00ff"));
    manifest.put("outputs", Map.of("run/results.jsonl", "ff00"));
    manifest.put("seconds", Map.of("cooking", 1.5));
    manifest.put("notes", List.of("a note"));
    return manifest;
  }

  private Map<String, Object> hyperparameters(Random random) {
    Map<String, Object> all = new LinkedHashMap<>();
    names.forEach(
        name -> all.put(name, Map.of("lr", Math.pow(10, -4 * random.nextDouble()), "opt", "adam")));
    return all;
  }

  private Map<String, Object> trace() {
    return Map.of(
        "trace",
        names.stream()
            .skip(1)
            .map(name -> {
              Map<String, Object> step = new LinkedHashMap<>();
              boolean even = names.indexOf(name) % 2 == 0;
              step.put("candidate", name);
              step.put("score", even ? 0.8 : null);
              step.put("bound", even ? null : 0.79);
              step.put("accepted", even);
              return step;
            })
            .toList(),
        "ingredients",
        Map.of(names.getFirst(), 0.5));
  }

  private List<String> layerNames() {
    return IntStream.range(0, layers).mapToObj("layer.%d.weight"::formatted).toList();
  }

  private Map<String, Object> vectors(Random random) {
    int pairs = names.size() * (names.size() - 1) / 2;
    return Map.of(
        "norms", numbers(names.size(), random::nextDouble),
        "cosines", numbers(pairs, () -> 0.9 * random.nextDouble()));
  }

  private static List<Double> numbers(int count, Supplier<Double> value) {
    return Stream.generate(value).limit(count).toList();
  }

  private static void json(Path file, Object document) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, JsonWriter.write(JsonWriter.of(document)));
  }
}
