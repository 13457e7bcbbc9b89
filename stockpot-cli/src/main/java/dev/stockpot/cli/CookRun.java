package dev.stockpot.cli;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.OpenOptions;
import dev.stockpot.cli.options.OutputOptions;
import dev.stockpot.cli.terminal.Terminal;
import dev.stockpot.eval.Evaluator;
import dev.stockpot.eval.Evaluators;
import dev.stockpot.eval.NetworkEvaluator;
import dev.stockpot.eval.Recalibration;
import dev.stockpot.internal.io.AtomicFile;
import dev.stockpot.internal.io.FolderLock;
import dev.stockpot.internal.io.WorkFolder;
import dev.stockpot.internal.json.JsonWriter;
import dev.stockpot.merge.MergeExecutor;
import dev.stockpot.recipe.RecipeException;
import dev.stockpot.recipe.SoupSpec;
import dev.stockpot.report.ReportPage;
import dev.stockpot.report.RunFolder;
import dev.stockpot.report.Study;
import dev.stockpot.search.Choice;
import dev.stockpot.search.Comparisons;
import dev.stockpot.search.Cook;
import dev.stockpot.search.EvaluationStore;
import dev.stockpot.search.Kitchen;
import dev.stockpot.search.Ranking;
import dev.stockpot.search.Recipe;
import dev.stockpot.search.Result;
import dev.stockpot.search.ResultLines;
import dev.stockpot.search.StatisticsDocument;
import dev.stockpot.search.Timings;
import dev.stockpot.search.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// One run of `cook`: from a checked soup.yml to a folder with results, checkpoints and a manifest.
///
/// While it runs, every evaluation is kept in `DIR/.stockpot`, which a resumed run goes on from and
/// a finished one deletes.
record CookRun(Terminal terminal, OutputOptions output, Settings settings) {

  /// What the user asked for.
  ///
  /// @param file the soup.yml
  /// @param folder of the run
  /// @param command as typed, for the manifest
  /// @param outDType of the soups, if not that of the ingredients
  /// @param saturate whether overflowing values are clamped
  /// @param threads to compute with
  /// @param exhaustive whether every candidate is measured to the end
  /// @param cache folder in which evaluations are kept for other runs, too
  record Settings(
      Path file,
      Path folder,
      List<String> command,
      Optional<DType> outDType,
      boolean saturate,
      int threads,
      boolean exhaustive,
      Optional<Path> cache) {}

  /// Checks everything and says what [#cook] would do.
  ///
  /// @param resume whether a run that was cut off would be gone on with
  void plan(SoupSpec spec, boolean resume) {
    checkFolder(resume);
    try (OpenIngredients ingredients =
            OpenIngredients.open(spec.base(), spec.ingredients(), OpenOptions.NONE);
        OpenRecipes recipes = OpenRecipes.open(spec, ingredients.all());
        Evaluator evaluator = open(spec)) {
      preflight(spec, ingredients, evaluator);
      OpenRecipes.notes(spec).forEach(note -> output.note(terminal, note));
      terminal.print(
          CookPlan.text(spec, ingredients, recipes.all(), evaluator, settings.folder())
              + CookEstimate.of(spec, ingredients, recipes.all(), evaluator, settings.threads())
                  .text());
    }
  }

  /// Cooks.
  ///
  /// @param resume whether a run that was cut off is gone on with
  /// @param timings whether to print where the time went
  void cook(SoupSpec spec, boolean resume, boolean timings) {
    Timings clock = new Timings();
    checkFolder(resume);
    try (OpenIngredients ingredients =
            OpenIngredients.open(spec.base(), spec.ingredients(), OpenOptions.NONE);
        OpenRecipes recipes = OpenRecipes.open(spec, ingredients.all());
        Evaluator evaluator = open(spec)) {
      preflight(spec, ingredients, evaluator);
      OpenRecipes.notes(spec).forEach(note -> output.note(terminal, note));
      if (!output.json()) {
        output.tell(terminal, CookPlan.sentence(spec, ingredients, recipes.all(), evaluator));
      }
      try (FolderLock _ = lock(resume)) {
        cook(spec, ingredients, recipes, evaluator, clock);
      }
      if (timings) {
        terminal.err().print(TimingTable.of(clock, evaluator));
      }
    }
  }

  /// Cooks what has been checked, in a folder that is held.
  private void cook(
      SoupSpec spec,
      OpenIngredients ingredients,
      OpenRecipes recipes,
      Evaluator evaluator,
      Timings clock) {
    Map<Path, String> inputs =
        clock.measure(
            "hashing",
            () ->
                Hashes.of(
                    inputs(spec, ingredients, recipes),
                    settings.threads(),
                    output.progress(terminal)));
    Path work = work();
    AtomicFile.deletePartials(settings.folder());
    spec.recipes()
        .forEach(recipe -> AtomicFile.deletePartials(settings.folder().resolve(recipe.name())));
    WeightSurvey survey =
        clock.measure(
            "looking at the weights",
            () ->
                WeightSurvey.of(
                    spec,
                    ingredients,
                    settings.folder(),
                    settings.threads(),
                    output.progress(terminal)));
    survey.diagnoses().forEach(diagnosis -> output.note(terminal, diagnosis.note()));
    Cook.Outcome outcome;
    try (EvaluationStore store =
        new EvaluationStore(
            settings.cache().orElse(work).resolve(EvalIdentity.of(spec.eval(), inputs)),
            Durability.SYNCED)) {
      Kitchen kitchen = kitchen(spec, ingredients, recipes, evaluator, store, inputs, work, clock);
      outcome = new Cook(kitchen, recipes.all(), settings.folder()).run();
    }
    outcome.notes().forEach(note -> output.note(terminal, note));
    Ranking ranking = new Ranking(spec.eval(), evaluator.higherIsBetter());
    Optional<Comparisons> comparisons =
        clock.measure(
            "comparing", () -> Comparisons.of(ranking, outcome.results(), evaluator::resampling));
    Optional<String> verdict = Verdict.of(ranking, outcome.results(), comparisons);
    List<Path> written = new ArrayList<>(survey.files());
    comparisons.ifPresent(all -> {
      written.add(settings.folder().resolve("statistics.json"));
      AtomicFile.writeString(written.getLast(), StatisticsDocument.of(all, verdict), true);
    });
    Map<String, Object> measured = measured(ranking, outcome, verdict);
    measured.put("evaluations", TimingTable.members(clock.counts()));
    write(outcome, measured, written, inputs, seconds(clock, evaluator));
    Study study = RunFolder.read(settings.folder(), Optional.empty());
    AtomicFile.writeString(settings.folder().resolve("report.html"), ReportPage.of(study), false);
    WorkFolder.delete(work);
    show(outcome, ranking, comparisons, verdict);
  }

  private Evaluator open(SoupSpec spec) {
    return Evaluators.open(spec.eval(), settings.threads(), output.progress(terminal));
  }

  private void preflight(SoupSpec spec, OpenIngredients ingredients, Evaluator evaluator) {
    Preflight.check(ingredients, evaluator).forEach(note -> output.note(terminal, note));
    if (spec.recalibrates()) {
      Checkpoint first = ingredients.all().getFirst().checkpoint();
      Recalibration.check(spec.eval(), settings.threads(), first);
    }
    evaluator.checkOverlap();
  }

  private void checkFolder(boolean resume) {
    Path folder = settings.folder();
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new RecipeException(folder + ": is a file; name a folder with -o");
    }
    boolean finished = Files.exists(folder.resolve("manifest.json"));
    boolean begun = Files.exists(work());
    if (!resume && finished) {
      throw new RecipeException(
          folder + ": holds a finished run; choose another folder with -o, or delete it");
    }
    FolderLock.holder(work())
        .ifPresent(holder -> {
          throw held(holder);
        });
    if (!resume && begun) {
      throw new RecipeException(
          folder + ": holds a run that was cut off; go on with --resume, or delete it");
    }
  }

  /// No other process works in the folder as long as this is held.
  private FolderLock lock(boolean resume) {
    checkFolder(resume);
    ZonedDateTime now = ZonedDateTime.now(ZoneId.systemDefault());
    String holder =
        "process %d, since %s"
            .formatted(
                ProcessHandle.current().pid(),
                now.format(DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT)));
    return FolderLock.take(work(), holder)
        .orElseThrow(() -> held(FolderLock.holder(work()).orElse("a process that has just ended")));
  }

  private RecipeException held(String holder) {
    return new RecipeException(
        settings.folder()
            + ": is being cooked by "
            + holder
            + "; wait until that has ended, or choose another folder with -o");
  }

  /// What is needed only until the run is finished.
  private Path work() {
    return settings.folder().resolve(".stockpot");
  }

  private Kitchen kitchen(
      SoupSpec spec,
      OpenIngredients ingredients,
      OpenRecipes recipes,
      Evaluator evaluator,
      EvaluationStore store,
      Map<Path, String> inputs,
      Path work,
      Timings clock) {
    Map<String, String> fingerprints = new LinkedHashMap<>();
    Stream.concat(ingredients.withBase(), recipes.checkpoints().values().stream())
        .forEach(
            each -> fingerprints.put(each.name(), Hashes.fingerprint(each.checkpoint(), inputs)));
    return new Kitchen(
        ingredients.all(),
        ingredients.base(),
        fingerprints,
        spec.eval(),
        evaluator,
        store,
        new MergeExecutor(settings.threads(), output.progress(terminal)),
        new Kitchen.Settings(
            settings.outDType(),
            settings.saturate(),
            recipes.all().stream()
                .anyMatch(recipe -> recipe.needs().contains(Recipe.Need.PREDICTIONS)),
            settings.exhaustive(),
            spec.recalibrates() ? EvalIdentity.ofTraining(spec.eval(), inputs) : "",
            false),
        work,
        clock);
  }

  private List<Path> inputs(SoupSpec spec, OpenIngredients ingredients, OpenRecipes recipes) {
    return Stream.of(
            Stream.of(settings.file()),
            ingredients.withBase().flatMap(each -> each.checkpoint().files().stream()),
            recipes.inputs().stream(),
            EvalIdentity.files(spec.eval()).stream(),
            spec.recalibrates()
                ? EvalIdentity.trainingFiles(spec.eval()).stream()
                : Stream.<Path>empty())
        .flatMap(paths -> paths)
        .distinct()
        .toList();
  }

  /// By phase; also how long the network computed.
  private static Map<String, Double> seconds(Timings clock, Evaluator evaluator) {
    Map<String, Double> seconds = new LinkedHashMap<>(clock.seconds());
    if (evaluator instanceof NetworkEvaluator network) {
      seconds.put(TimingTable.INSIDE, network.modelNanos() / 1e9);
    }
    return seconds;
  }

  /// What the report has to know of the results.
  private static Map<String, Object> measured(
      Ranking ranking, Cook.Outcome outcome, Optional<String> verdict) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("metric", ranking.eval().metric());
    members.put("higher_is_better", ranking.higherIsBetter());
    Map<String, String> roles = new LinkedHashMap<>();
    ranking
        .eval()
        .sets()
        .forEach(set -> roles.put(set.name(), set.role().name().toLowerCase(Locale.ROOT)));
    members.put("sets", roles);
    verdict.ifPresent(sentence -> members.put("verdict", sentence));
    ranking.chosen(outcome.results()).ifPresent(chosen -> members.put("chosen", chosen.name()));
    return members;
  }

  /// @param before files that were written already
  private void write(
      Cook.Outcome outcome,
      Map<String, Object> measured,
      List<Path> before,
      Map<Path, String> inputs,
      Map<String, Double> seconds) {
    Path folder = settings.folder();
    List<Path> written = new ArrayList<>(before);
    written.add(folder.resolve("results.jsonl"));
    AtomicFile.writeString(written.getLast(), ResultLines.write(outcome.results()), true);
    written.addAll(outcome.files().values());
    outcome
        .choices()
        .forEach((recipe, choice) -> {
          if (!choice.trace().isEmpty()) {
            Path file = folder.resolve(recipe).resolve("trace.json");
            AtomicFile.writeString(file, trace(choice), true);
            written.add(file);
          }
          choice
              .coefficients()
              .ifPresent(coefficients -> {
                Path file = folder.resolve(recipe).resolve("coefficients.json");
                String json = JsonWriter.pretty(JsonWriter.of(coefficients.members()));
                AtomicFile.writeString(file, json, true);
                written.add(file);
              });
        });
    List<String> names =
        outcome.results().stream()
            .filter(result -> result.recipe().equals(Result.INDIVIDUAL))
            .map(Result::name)
            .toList();
    outcome
        .figures()
        .forEach((recipe, figures) -> {
          Path file = folder.resolve(recipe).resolve("stock.json");
          Map<String, Object> document = Map.of("tensors", StockFigures.tensors(names, figures));
          AtomicFile.writeString(file, JsonWriter.pretty(JsonWriter.of(document)), true);
          written.add(file);
        });
    Map<Path, String> outputs = Hashes.of(written, settings.threads(), Progress.NONE);
    Manifest manifest =
        new Manifest(settings.command(), measured, inputs, outputs, seconds, outcome.notes());
    AtomicFile.writeString(folder.resolve("manifest.json"), manifest.json(), true);
  }

  private static String trace(Choice choice) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("trace", choice.trace().stream().map(GreedyCommand::members).toList());
    document.put("ingredients", choice.dish().weights());
    return JsonWriter.pretty(JsonWriter.of(document));
  }

  private void show(
      Cook.Outcome outcome,
      Ranking ranking,
      Optional<Comparisons> comparisons,
      Optional<String> verdict) {
    List<Result> ranked = ranking.order(outcome.results());
    if (output.json()) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("folder", settings.folder().toString());
      document.put("results", ranked.stream().map(ResultLines::members).toList());
      comparisons.ifPresent(all -> document.put("statistics", StatisticsDocument.members(all)));
      verdict.ifPresent(sentence -> document.put("verdict", sentence));
      document.put("notes", outcome.notes());
      terminal.print(JsonWriter.of(document));
      return;
    }
    terminal.print(ResultTable.ranking(ranking, ranked, terminal.can()).format());
    comparisons
        .filter(all -> !all.all().isEmpty())
        .ifPresent(all -> terminal.print("\n" + ComparisonTable.of(all).format()));
    verdict.ifPresent(sentence -> terminal.print("\n" + sentence + "\n"));
    ranking
        .chosen(outcome.results())
        .map(result -> outcome.files().get(result.name()))
        .ifPresent(file -> terminal.print("Its checkpoint: " + file + "\n"));
    terminal.print("The report: " + settings.folder().resolve("report.html") + "\n");
  }
}
