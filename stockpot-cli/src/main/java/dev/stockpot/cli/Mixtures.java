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
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.IntStream;

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

  /// The models that words of the command line name, one each.
  static List<Path> each(List<String> words) {
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
    return paths;
  }

  /// Opens models and what measures them.
  ///
  /// @param base that is not measured, but has to fit
  static Mixtures open(
      Optional<Path> base,
      List<Path> paths,
      Path eval,
      OpenOptions options,
      int threads,
      Terminal terminal,
      OutputOptions output) {
    EvalSpec spec = EvalFile.read(eval);
    OpenIngredients models = OpenIngredients.open(base, paths, options);
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

  /// The one they were fine-tuned from, if it was named.
  Optional<Ingredient> base() {
    return models.base();
  }

  /// What was measured so far: by `set metric`, in the order of the calls.
  SequencedMap<String, List<Double>> values() {
    return values;
  }

  /// What measures them.
  Evaluator evaluator() {
    return evaluator;
  }

  /// A folder that goes with this.
  Path work() {
    return work.path();
  }

  /// Measures Σ aᵢθᵢ, for [#values].
  void measure(List<Double> weights) {
    int alone = weights.indexOf(1.0);
    boolean isModel = alone >= 0 && weights.stream().filter(weight -> weight != 0).count() == 1;
    (isModel ? model(alone) : evaluate(weights, sets()))
        .forEach((set, evaluation) ->
            evaluation
                .metrics()
                .forEach((metric, value) ->
                    values.computeIfAbsent(set + " " + metric, _ -> new ArrayList<>()).add(value)));
  }

  /// Measures Σ aᵢθᵢ with its predictions; a model itself where only its weight is not 0, and 1.
  SequencedMap<String, Evaluation> evaluate(List<Double> weights, List<String> sets) {
    List<Integer> used =
        IntStream.range(0, weights.size()).filter(i -> weights.get(i) != 0).boxed().toList();
    List<Checkpoint> checkpoints =
        used.stream().map(i -> models.all().get(i).checkpoint()).toList();
    List<Double> factors = used.stream().map(weights::get).toList();
    try (CandidateFiles.Candidate candidate =
        factors.equals(List.of(1.0))
            ? files.of(checkpoints.getFirst(), executor, false)
            : mixture(checkpoints, factors)) {
      return evaluator.evaluate(candidate.checkpoint(), sets);
    }
  }

  private CandidateFiles.Candidate mixture(List<Checkpoint> checkpoints, List<Double> factors) {
    MergePlan plan = MergePlan.of(checkpoints, new Linear(factors, 1), Optional.empty());
    return files.write(
        (file, format) -> executor.execute(plan, format, file, false, Durability.CACHED));
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
    List<Double> itself = new ArrayList<>(Collections.nCopies(models.all().size(), 0.0));
    itself.set(index, 1.0);
    return measured(index, evaluate(itself, sets()));
  }

  /// A model that has been measured.
  ///
  /// @return the same, without predictions
  SequencedMap<String, Evaluation> measured(int index, Map<String, Evaluation> evaluations) {
    SequencedMap<String, Evaluation> kept = new LinkedHashMap<>();
    evaluations.forEach((set, each) -> kept.put(set, each.withPredictions(Optional.empty())));
    String name = models.all().get(index).name();
    SequencedMap<String, Double> itself = new LinkedHashMap<>(Map.of(name, 1.0));
    given.add(new Result(name, Result.INDIVIDUAL, itself, kept));
    return kept;
  }

  /// Writes documents into a folder, and the report of them; of a finished run, if that is one.
  ///
  /// @param documents by the names of their files
  /// @return the report
  Path write(Path folder, Map<String, Map<String, Object>> documents) {
    documents.forEach((name, document) ->
        AtomicFile.writeString(
            folder.resolve(name), JsonWriter.write(JsonWriter.of(document)), false));
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
