package dev.stockpot.cli;

import static dev.stockpot.cli.miniature.Members.list;
import static dev.stockpot.cli.miniature.Members.member;
import static dev.stockpot.cli.miniature.Members.number;
import static dev.stockpot.cli.miniature.Members.sets;
import static dev.stockpot.cli.miniature.Members.text;

import dev.stockpot.cli.miniature.Claims;
import dev.stockpot.cli.miniature.Members;
import dev.stockpot.cli.miniature.Moves;
import dev.stockpot.cli.miniature.Pool;
import dev.stockpot.cli.miniature.PoolFile;
import dev.stockpot.cli.scratch.ScratchTask;
import dev.stockpot.internal.io.AtomicFile;
import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonReader;
import dev.stockpot.search.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// One pool of the miniatures, made and measured by the commands that every user has. What is there
/// from an earlier run is not made again.
///
/// @param task that its models solve
/// @param folder of its own, beside the task's `data`
/// @param seed of its pre-training, and of its search for hyperparameters
record PoolRun(ScratchTask task, Path folder, int seed, Size size) {
  private static final String SOUP = "miniature.yml";

  private static final String RECIPES =
      """
      recipes:
        - best
        - %s
        - %s
        - %s
        - learned: {name: %s, by: layer}
        - wise-ft: {name: %s, of: uniform, steps: 5}
        - wise-ft: {name: %s, of: greedy, steps: 5}
        - %s
        - %s
      """
          .formatted(
              Claims.UNIFORM,
              Claims.GREEDY,
              Claims.LEARNED,
              Claims.BY_LAYER,
              Claims.WISE_UNIFORM,
              Claims.WISE_GREEDY,
              Claims.ENSEMBLE,
              Claims.GREEDY_ENSEMBLE);

  /// How much is trained.
  ///
  /// @param models that are fine-tuned with hyperparameters of their own, at least 3
  /// @param twins that differ in their seed only, at least 3
  /// @param brief whether one epoch is enough
  record Size(int models, int twins, boolean brief) {}

  /// Where everything that was measured is, in the end.
  Path file() {
    return folder.resolve("pool.json");
  }

  /// Whether there is anything to do.
  boolean isLeft() {
    return !Files.exists(file());
  }

  /// Pre-trains and fine-tunes.
  void train() {
    finetune("pretrained", "pretrain.yml", task.pretraining("../data", seed));
    finetune("sweep", "sweep.yml", task.sweep("../data", size.models(), seed));
    finetune("twins", "twins.yml", task.twins("../data", size.twins()));
  }

  /// Cooks what was trained.
  void cook() {
    cook("sweep", RECIPES);
    cook("twins", "recipes: [uniform]\n");
  }

  /// Measures what is not cooked, and writes all of it down.
  ///
  /// @param other a pool with another pre-training, cooked
  void measure(PoolRun other) {
    SequencedMap<String, Map<String, Map<String, Double>>> results = results("sweep");
    List<String> names = models("sweep");
    String eval = folder.resolve("sweep").resolve(SOUP).toString();
    Json pairs =
        run("pairs", path("sweep", "run-*"), "--base", base(), "--eval", eval, "--pairs", "1000");
    String pair = path("soups", "pair.safetensors");
    String stock = path("soups", "stock.safetensors");
    String middle = path("soups", "foreign.safetensors");
    String first = path("twins", "run-00");
    String second = path("twins", "run-01");
    SequencedMap<String, Map<String, Map<String, Double>>> others = other.results("sweep");
    String mine = Pool.best(results, names);
    String foreign = Pool.best(others, other.models("sweep"));
    run("uniform", first, second, "-o", pair);
    run("stock", "--base", base(), first, second, "-o", stock);
    run("uniform", path("sweep", mine), other.path("sweep", foreign), "-o", middle);
    Json measured = run("evaluate", pair, stock, middle, "--eval", eval);
    List<Map<String, Map<String, Double>>> soups =
        list(member(measured, "results"), each -> sets(member(each, "metrics")));
    SequencedMap<String, Map<String, Map<String, Double>>> alike = results("twins");
    Moves moves = moves("twins");
    SequencedMap<String, Double> distances = new LinkedHashMap<>();
    List<Double> away = moves("sweep").distances();
    for (int i = 0; i < names.size(); i++) {
      distances.put(names.get(i), away.get(i));
    }
    PoolFile.write(
        file(),
        new Pool(
            results,
            names,
            distances,
            new Pool.Pairs(
                correlation(member(pairs, "advantage")),
                correlation(member(pairs, "approximation"))),
            new Pool.Twins(
                moves.norms(),
                moves.cosines(),
                models("twins").stream().map(alike::get).toList(),
                soups.get(0),
                soups.get(1),
                alike.get(Claims.UNIFORM)),
            new Pool.Foreign(
                (accuracy(results.get(mine)) + accuracy(others.get(foreign))) / 2,
                accuracy(soups.get(2)))));
  }

  private void finetune(String name, String file, String text) {
    Path target = folder.resolve(name);
    if (!Files.exists(target.resolve("sweep.json"))) {
      Path sweep = folder.resolve(file);
      AtomicFile.writeString(sweep, size.brief() ? ScratchTask.brief(text) : text, false);
      run("finetune", sweep.toString(), "-o", target.toString(), "--resume", "--jobs", "1");
    }
  }

  private void cook(String name, String recipes) {
    Path target = cooked(name);
    if (!Files.exists(target.resolve("manifest.json"))) {
      Path soup = folder.resolve(name).resolve(SOUP);
      AtomicFile.writeString(soup, read(folder.resolve(name).resolve("soup.yml")) + recipes, false);
      run("cook", soup.toString(), "-o", target.toString(), "--resume");
    }
  }

  /// With one thread: as many pools as there are processors are under way.
  private static Json run(String... words) {
    List<String> line = new ArrayList<>(List.of(words));
    line.addAll(List.of("--threads", "1"));
    return Subcommands.run(line);
  }

  private Path cooked(String name) {
    return folder.resolve(name + "-cooked");
  }

  private String base() {
    return path("pretrained", "run-00");
  }

  private String path(String name, String file) {
    return folder.resolve(name).resolve(file).toString();
  }

  private SequencedMap<String, Map<String, Map<String, Double>>> results(String name) {
    SequencedMap<String, Map<String, Map<String, Double>>> results = new LinkedHashMap<>();
    for (Json line : lines(name)) {
      boolean isBase = text(member(line, "recipe")).equals(Result.BASE);
      results.put(isBase ? Claims.BASE : name(line), sets(member(line, "metrics")));
    }
    return results;
  }

  private List<String> models(String name) {
    return lines(name).stream()
        .filter(line -> text(member(line, "recipe")).equals(Result.INDIVIDUAL))
        .map(PoolRun::name)
        .toList();
  }

  /// Without the folder, which tells it apart from the base.
  private static String name(Json line) {
    String name = text(member(line, "name"));
    return name.substring(name.lastIndexOf('/') + 1);
  }

  private List<Json> lines(String name) {
    return read(cooked(name).resolve("results.jsonl")).lines().map(JsonReader::read).toList();
  }

  private Moves moves(String name) {
    Json geometry = JsonReader.read(read(cooked(name).resolve("geometry.json")));
    return new Moves(
        list(member(geometry, "total", "norms"), Members::number),
        list(member(geometry, "total", "cosines"), Members::number));
  }

  private static double correlation(Json document) {
    return number(member(document, "correlation", Pool.TEST));
  }

  private static double accuracy(Map<String, Map<String, Double>> sets) {
    return sets.get(Pool.TEST).get("accuracy");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
