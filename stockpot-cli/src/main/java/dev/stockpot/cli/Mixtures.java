package dev.stockpot.cli;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.OpenOptions;
import dev.stockpot.cli.config.EvalFile;
import dev.stockpot.cli.config.Ingredients;
import dev.stockpot.cli.options.OutputOptions;
import dev.stockpot.cli.terminal.Terminal;
import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.Evaluation;
import dev.stockpot.eval.Evaluator;
import dev.stockpot.eval.Evaluators;
import dev.stockpot.eval.SetSpec;
import dev.stockpot.internal.io.AtomicFile;
import dev.stockpot.internal.io.WorkFolder;
import dev.stockpot.internal.json.JsonWriter;
import dev.stockpot.merge.MergeExecutor;
import dev.stockpot.merge.MergePlan;
import dev.stockpot.method.Linear;
import dev.stockpot.recipe.Ingredient;
import dev.stockpot.recipe.RecipeException;
import dev.stockpot.report.ReportPage;
import dev.stockpot.report.RunFolder;
import dev.stockpot.search.CandidateFiles;
import dev.stockpot.search.Result;
import dev.stockpot.search.ResultLines;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// Measures weighted sums of a few models: points on a line or in a plane through them.
final class Mixtures implements AutoCloseable {
  private final EvalSpec spec;
  private final OpenIngredients models;
  private final Evaluator evaluator;
  private final WorkFolder work;
  private final MergeExecutor executor;
  private final CandidateFiles files;
  private final SequencedMap<String, List<Double>> values = new LinkedHashMap<>();
  private final List<Result> given = new ArrayList<>();

  private Mixtures(
      EvalSpec spec,
      OpenIngredients models,
      Evaluator evaluator,
      WorkFolder work,
      MergeExecutor executor) {
    this.spec = spec;
    this.models = models;
    this.evaluator = evaluator;
    this.work = work;
    this.executor = executor;
    this.files = CandidateFiles.of(work.path(), evaluator, models.all().getFirst().checkpoint());
  }

  /// Opens models and what measures them.
  ///
  /// @param words of the command line, one model each
  static Mixtures open(
      List<String> words,
      Path eval,
      OpenOptions options,
      int threads,
      Terminal terminal,
      OutputOptions output) {
    EvalSpec spec = EvalFile.read(eval);
    List<Path> paths = new ArrayList<>();
    for (String word : words) {
      List<Path> found = Ingredients.find(List.of(word));
      if (found.size() != 1) {
        throw new RecipeException(word + " matches " + found.size() + " checkpoints; name one");
      }
      if (paths.contains(found.getFirst())) {
        throw new RecipeException(word + " is named twice; name different checkpoints");
      }
      paths.addAll(found);
    }
    OpenIngredients models = OpenIngredients.open(Optional.empty(), paths, options);
    try {
      Evaluator evaluator = Evaluators.open(spec, threads, output.progress(terminal));
      try {
        Preflight.check(models, evaluator).forEach(note -> output.note(terminal, note));
        return new Mixtures(
            spec,
            models,
            evaluator,
            WorkFolder.beside(Path.of("mixtures").toAbsolutePath()),
            new MergeExecutor(threads, output.progress(terminal)));
      } catch (RuntimeException | Error e) {
        evaluator.close();
        throw e;
      }
    } catch (RuntimeException | Error e) {
      models.close();
      throw e;
    }
  }

  /// What measures them.
  EvalSpec spec() {
    return spec;
  }

  /// Whether more of the metric is better.
  boolean higherIsBetter() {
    return evaluator.higherIsBetter();
  }

  /// The models in the order in which they were named.
  List<Ingredient> models() {
    return models.all();
  }

  /// What was measured so far: by `set metric`, in the order of the calls.
  SequencedMap<String, List<Double>> values() {
    return values;
  }

  /// Measures Σ aᵢθᵢ; a model itself where only its weight is not 0, and 1.
  void measure(List<Double> weights) {
    List<Integer> used = new ArrayList<>();
    for (int i = 0; i < weights.size(); i++) {
      if (weights.get(i) != 0) {
        used.add(i);
      }
    }
    SequencedMap<String, Evaluation> found;
    if (used.size() == 1 && weights.get(used.getFirst()) == 1) {
      found = model(used.getFirst());
    } else {
      List<Checkpoint> checkpoints =
          used.stream().map(i -> models.all().get(i).checkpoint()).toList();
      Linear sum = new Linear(used.stream().map(weights::get).toList(), 1);
      MergePlan plan = MergePlan.of(checkpoints, sum, Optional.empty());
      try (CandidateFiles.Candidate candidate =
          files.write(
              (file, format) -> executor.execute(plan, format, file, false, Durability.CACHED))) {
        found = evaluator.evaluate(candidate.checkpoint(), sets());
      }
    }
    found.forEach((set, evaluation) ->
        evaluation
            .metrics()
            .forEach((metric, value) ->
                values.computeIfAbsent(set + " " + metric, _ -> new ArrayList<>()).add(value)));
  }

  /// Measures the models themselves, for the table beside the figure.
  void measureModels() {
    for (int i = 0; i < models.all().size(); i++) {
      model(i);
    }
  }

  private SequencedMap<String, Evaluation> model(int index) {
    Ingredient model = models.all().get(index);
    for (Result result : given) {
      if (result.name().equals(model.name())) {
        return result.evaluations();
      }
    }
    try (CandidateFiles.Candidate candidate = files.of(model.checkpoint(), executor, false)) {
      SequencedMap<String, Double> itself = new LinkedHashMap<>(Map.of(model.name(), 1.0));
      given.add(
          new Result(
              model.name(),
              Result.INDIVIDUAL,
              itself,
              evaluator.evaluate(candidate.checkpoint(), sets())));
    }
    return given.getLast().evaluations();
  }

  /// Writes a document into a folder, and the report of it; of a finished run, if that is one.
  ///
  /// @return the report
  Path write(Path folder, String name, Map<String, Object> document) {
    AtomicFile.writeString(folder.resolve(name), JsonWriter.write(JsonWriter.of(document)), false);
    Path results = folder.resolve("results.jsonl");
    if (!Files.exists(results)) {
      measureModels();
      AtomicFile.writeString(results, ResultLines.write(given), false);
    }
    Path report = folder.resolve("report.html");
    AtomicFile.writeString(report, ReportPage.of(RunFolder.read(folder, Optional.empty())), false);
    return report;
  }

  private List<String> sets() {
    return spec.sets().stream().map(SetSpec::name).toList();
  }

  @Override
  public void close() {
    try (models;
        evaluator;
        work) {
      given.clear();
    }
  }
}
