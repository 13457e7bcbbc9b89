package dev.stockpot.report;

import dev.stockpot.eval.Role;
import dev.stockpot.internal.json.JsonException;
import dev.stockpot.internal.json.JsonReader;
import dev.stockpot.recipe.RecipeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The study that a run left behind in its folder.
///
/// Only `results.jsonl` has to be there. Every other file adds a part of the report; one that
/// cannot be read is left out with a warning. `docs/report.md` says what the files hold.
public final class RunFolder {
  /// Recipes whose soups are sums of ingredients with the same weights in every tensor.
  private static final Set<String> BY_WEIGHTS =
      Set.of(
          "best",
          "uniform",
          "greedy",
          "greedy-random",
          "pruned",
          "ema",
          "last-k",
          "wsm",
          "wise-ft",
          "soce");

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
              RunDocuments.comparisons(file);
              RunDocuments.intervals(file);
              return file;
            });
    return new Study.Parts(
        verdict(manifest, statistics, models),
        recipes(models).stream()
            .flatMap(recipe ->
                part(recipe + "/trace.json", file -> RunDocuments.trace(recipe, file)).stream())
            .toList(),
        part("geometry.json", RunDocuments::geometry),
        recipes(models).stream()
            .flatMap(recipe ->
                part(recipe + "/coefficients.json", file -> RunDocuments.coefficients(recipe, file))
                    .stream())
            .toList(),
        part("stock/stock.json", RunDocuments::stock).orElse(List.of()),
        statistics.map(RunDocuments::intervals).orElse(List.of()),
        statistics.map(RunDocuments::comparisons).orElse(List.of()),
        part("diagnostics.json", file -> RunDocuments.findings(file, models)).orElse(List.of()),
        part("interpolation.json", RunDocuments::curve).stream().toList(),
        part("landscape.json", RunDocuments::landscape).stream().toList(),
        part("approximation.json", RunDocuments::approximation),
        part("advantage.json", RunDocuments::advantage),
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

  /// From the file given, or the run's folder and beside the ingredients.
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
        .map(Hyperparameters::read)
        .reduce(Hyperparameters.NONE, Hyperparameters::and);
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

  /// The command that makes a soup again: from its weights, where they say all and its ingredients'
  /// files are known; else the run's own.
  private static Optional<String> command(Model soup, Members manifest) {
    List<String> run = manifest.list("command", Members::asText);
    return Optional.of(soup)
        .filter(it -> BY_WEIGHTS.contains(it.recipe()))
        .flatMap(it -> uniform(it, inputs(manifest).keySet()))
        .or(() -> run.isEmpty() ? Optional.empty() : Optional.of(run))
        .map(words ->
            Stream.concat(Stream.of("stockpot"), words.stream())
                .map(RunFolder::quoted)
                .collect(Collectors.joining(" ")));
  }

  private static Optional<List<String>> uniform(Model soup, Set<String> inputs) {
    List<String> words = new ArrayList<>(List.of("uniform"));
    for (String name : soup.ingredients().keySet()) {
      List<String> files =
          inputs.stream()
              .filter(file -> file.matches("(?s).*\\.(safetensors|pt|pth|bin|ckpt|onnx|gguf)"))
              .filter(file -> Path.of(file.replaceFirst("\\.[^./]*$", "")).endsWith(name))
              .toList();
      if (files.size() != 1) {
        return Optional.empty();
      }
      words.addAll(files);
    }
    if (soup.ingredients().values().stream().distinct().count() > 1) {
      words.add("--weights");
      words.add(
          String.join(",", soup.ingredients().values().stream().map(String::valueOf).toList()));
    }
    words.addAll(List.of("-o", "soup.safetensors"));
    return Optional.of(words);
  }

  private static String quoted(String word) {
    return word.matches("[A-Za-z0-9_./:@%+=,-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
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
