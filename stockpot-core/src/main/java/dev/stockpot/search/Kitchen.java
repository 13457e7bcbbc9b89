package dev.stockpot.search;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.HuggingFaceFolder;
import dev.stockpot.checkpoint.Safetensors;
import dev.stockpot.eval.Attempt;
import dev.stockpot.eval.Bar;
import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.Evaluation;
import dev.stockpot.eval.Evaluator;
import dev.stockpot.eval.EvaluatorSpec;
import dev.stockpot.eval.Predictions;
import dev.stockpot.eval.Recalibration;
import dev.stockpot.eval.Resampling;
import dev.stockpot.eval.WeightedMetric;
import dev.stockpot.internal.io.Sha256;
import dev.stockpot.internal.io.WorkFolder;
import dev.stockpot.merge.MergeExecutor;
import dev.stockpot.merge.MergePlan;
import dev.stockpot.merge.MergeReport;
import dev.stockpot.method.Linear;
import dev.stockpot.recipe.Ingredient;
import dev.stockpot.search.CandidateFiles.Candidate;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/// What recipes work with: ingredients, and ways to taste what could be made of them.
///
/// @param ingredients at least one, under different names
/// @param base the pre-trained model, where there is one
/// @param fingerprints what tells a model's content apart, by its name
/// @param eval what the evaluator was opened for
/// @param settings what the user chose
/// @param work folder for candidates; those that are dropped are deleted
/// @param timings where the time goes
/// @param cooked the soups that recipes before have recommended, by their names
public record Kitchen(
    List<Ingredient> ingredients,
    Optional<Ingredient> base,
    Map<String, String> fingerprints,
    EvalSpec eval,
    Evaluator evaluator,
    EvaluationStore store,
    MergeExecutor executor,
    Settings settings,
    Path work,
    Timings timings,
    SequencedMap<String, Cooked> cooked) {

  static final String MERGING = "merging";
  private static final String EVALUATING = "evaluating";

  /// What the user chose.
  ///
  /// @param outDType of float tensors, if not that of the ingredients
  /// @param saturate whether values that overflow it are clamped
  /// @param keepPredictions whether ensembles will be asked for
  /// @param exhaustive whether candidates that cannot be accepted any more are measured to the end
  /// @param training tells the training data, and the network that sees them, apart
  /// @param recalibrates whether soups get BatchNorm statistics of their own from these data
  public record Settings(
      Optional<DType> outDType,
      boolean saturate,
      boolean keepPredictions,
      boolean exhaustive,
      String training,
      boolean recalibrates) {

    /// Where there are no training data.
    public Settings(
        Optional<DType> outDType, boolean saturate, boolean keepPredictions, boolean exhaustive) {
      this(outDType, saturate, keepPredictions, exhaustive, "", false);
    }
  }

  /// A soup that is stored.
  ///
  /// @param checkpoint what was stored, open
  public record Cooked(Dish.Soup soup, Checkpoint checkpoint) {}

  public Kitchen {
    ingredients = List.copyOf(ingredients);
    fingerprints = Map.copyOf(fingerprints);
    cooked = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(cooked));
  }

  /// Before anything is cooked.
  public Kitchen(
      List<Ingredient> ingredients,
      Optional<Ingredient> base,
      Map<String, String> fingerprints,
      EvalSpec eval,
      Evaluator evaluator,
      EvaluationStore store,
      MergeExecutor executor,
      Settings settings,
      Path work,
      Timings timings) {
    this(
        ingredients,
        base,
        fingerprints,
        eval,
        evaluator,
        store,
        executor,
        settings,
        work,
        timings,
        new LinkedHashMap<>());
  }

  /// What bears a name: a soup that was cooked before, else an ingredient.
  Optional<Cooked> named(String name) {
    return Optional.ofNullable(cooked.get(name))
        .or(() ->
            ingredients.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .map(each -> new Cooked(mean(List.of(each)), each.checkpoint())));
  }

  /// The best on `select` of the best single model and the soups cooked before; of equal ones that
  /// of more ingredients, then the first.
  Cooked bestSoFar() {
    Cooked best = named(bestFirst().getFirst().name()).orElseThrow();
    for (Cooked each : cooked.values()) {
      double score = score(each.soup());
      double bar = score(best.soup());
      boolean larger = each.soup().weights().size() > best.soup().weights().size();
      if ((larger ? Accept.GE : Accept.GT).test(score, bar, higherIsBetter())) {
        best = each;
      }
    }
    return best;
  }

  /// After a soup has been cooked.
  ///
  /// @param file in which it was [served][#serve]
  /// @return for the recipes that follow; who asks for it closes the soup's checkpoint
  Kitchen after(String name, Dish.Soup soup, Path file) {
    SequencedMap<String, Cooked> more = new LinkedHashMap<>(cooked);
    more.put(name, new Cooked(soup, Checkpoints.open(file)));
    return with(settings, more);
  }

  /// The same kitchen, whose soups of two models or more get BatchNorm statistics of their own.
  Kitchen recalibrating() {
    Settings recalibrating =
        new Settings(
            settings.outDType(),
            settings.saturate(),
            settings.keepPredictions(),
            settings.exhaustive(),
            settings.training(),
            true);
    return with(recalibrating, cooked);
  }

  private Kitchen with(Settings other, SequencedMap<String, Cooked> soups) {
    return new Kitchen(
        ingredients,
        base,
        fingerprints,
        eval,
        evaluator,
        store,
        executor,
        other,
        work,
        timings,
        soups);
  }

  /// The ingredients, best on `select` first; ties by name, those without a score at the end.
  public List<Ingredient> bestFirst() {
    Map<String, Double> costs = new HashMap<>();
    for (Ingredient ingredient : ingredients) {
      // Adding 0 makes the two zeros one; doubles are compared with NaN after all others.
      double cost = (higherIsBetter() ? -score(ingredient) : score(ingredient)) + 0.0;
      costs.put(ingredient.name(), cost);
    }
    return ingredients.stream()
        .sorted(
            Comparator.comparing((Ingredient ingredient) -> costs.get(ingredient.name()))
                .thenComparing(Ingredient::name))
        .toList();
  }

  /// Why a recipe cannot be cooked here; empty if it can.
  public Optional<String> lacks(Recipe recipe) {
    if (recipe.needs().contains(Recipe.Need.PREDICTIONS)
        && !evaluator.givesPredictions()
        && eval.evaluator() instanceof EvaluatorSpec.Network) {
      return Optional.of("it averages logits, and of a language model's only the losses are kept");
    }
    return lacks(recipe, base.isPresent(), evaluator.givesPredictions());
  }

  /// Why a recipe cannot be cooked in a kitchen; empty if it can.
  ///
  /// @param hasBase whether there is a pre-trained model
  /// @param givesPredictions whether the evaluator does
  public static Optional<String> lacks(Recipe recipe, boolean hasBase, boolean givesPredictions) {
    for (Recipe.Need need : Recipe.Need.values()) {
      boolean there =
          switch (need) {
            case PREDICTIONS -> givesPredictions;
            case BASE -> hasBase;
            case MINIMIZER -> Minimizer.find().isPresent();
          };
      if (!there && recipe.needs().contains(need)) {
        return Optional.of(
            switch (need) {
              case PREDICTIONS ->
                  "it averages logits, and this evaluator gives only metrics; use an onnx"
                      + " evaluator";
              case BASE -> "it needs the pre-trained model; name it as 'base'";
              case MINIMIZER -> "it needs the module stockpot-hipparchus, which is not installed";
            });
      }
    }
    return Optional.empty();
  }

  /// The mean of members, in the order of the sums.
  public Dish.Soup mean(List<Ingredient> members) {
    List<Checkpoint> checkpoints = members.stream().map(Ingredient::checkpoint).toList();
    return new Dish.Soup(
        fingerprintOfMean(members),
        MergePlan.of(checkpoints, Linear.mean(members.size()), settings.outDType()),
        Dish.equal(members),
        recalibrates(members));
  }

  /// Any other mixture of models.
  ///
  /// @param how tells it apart from every other mixture of the same models
  /// @param models whose content decides on the soup's, in the order of the plan
  public Dish.Soup soup(
      String how, List<Ingredient> models, MergePlan plan, SequencedMap<String, Double> weights) {
    return new Dish.Soup(
        fingerprint(how, models, settings.recalibrates()), plan, weights, settings.recalibrates());
  }

  /// A model's score on `select`.
  public double score(Ingredient model) {
    return score(evaluate(model, List.of(select())).get(select()));
  }

  /// A soup's score on `select`.
  public double score(Dish.Soup soup) {
    return score(evaluate(soup, List.of(select())).get(select()));
  }

  /// The score that is chosen by.
  public double score(Evaluation evaluation) {
    return evaluation.metric(eval.metric());
  }

  /// Measures on `select` the mean of members, of whom the sum holds all but the last, as long as
  /// its score can still pass.
  ///
  /// @param next of whom the sum holds all but the last, too: their mean is made meanwhile
  Attempt attemptMean(
      RunningSum sum,
      List<Ingredient> members,
      Ahead ahead,
      List<Ingredient> next,
      Bar.Test passes) {
    String fingerprint = fingerprintOfMean(members);
    return attempt(
        fingerprint,
        passes,
        () -> {
          Candidate candidate = ahead.take(fingerprint, () -> candidate(sum, members));
          if (!next.isEmpty()) {
            ahead.expect(fingerprintOfMean(next), () -> candidate(sum, next));
          }
          return candidate;
        });
  }

  /// Measures a soup on `select`, as long as its score can still pass.
  public Attempt attempt(Dish.Soup soup, Bar.Test passes) {
    return attempt(soup.fingerprint(), passes, () -> made(soup));
  }

  /// How an ingredient, or the base, does on some sets.
  public SequencedMap<String, Evaluation> evaluate(Ingredient model, List<String> sets) {
    return evaluate(
        fingerprints.get(model.name()),
        sets,
        settings.keepPredictions(),
        () ->
            timings.measure(
                MERGING, () -> files().of(model.checkpoint(), executor, settings.saturate())));
  }

  /// How a soup does on some sets; it is made for this if need be.
  public SequencedMap<String, Evaluation> evaluate(Dish.Soup soup, List<String> sets) {
    return evaluate(soup.fingerprint(), sets, false, () -> made(soup));
  }

  /// How a soup that is stored does on some sets.
  ///
  /// @param file where [#serve] put it
  public SequencedMap<String, Evaluation> evaluate(Dish.Soup soup, Path file, List<String> sets) {
    CandidateFiles files = files();
    if (!(files.format() instanceof Safetensors)) {
      return evaluate(soup, sets);
    }
    Path stored = files.companions().isPresent() ? file.getParent() : file;
    return evaluate(soup.fingerprint(), sets, false, () -> Candidate.stored(stored));
  }

  /// Makes a soup in a file, for a while.
  ///
  /// @param use of the file, which is deleted afterwards
  <T> T with(Dish.Soup soup, Function<Checkpoint, T> use) {
    try (Candidate candidate = made(soup)) {
      return use.apply(candidate.checkpoint());
    }
  }

  /// How an ensemble does on a set, without its predictions.
  public Evaluation ensemble(List<Ingredient> members, String set) {
    List<Predictions> predictions =
        members.stream()
            .map(member -> evaluate(member, List.of(set)).get(set).predictions().orElseThrow())
            .toList();
    return evaluator.measure(set, Predictions.mean(predictions)).withPredictions(Optional.empty());
  }

  /// Makes a soup in a `.safetensors` file; where the first ingredient is a folder, the file's gets
  /// its companions.
  public MergeReport serve(Dish.Soup soup, Path target) {
    MergeReport report =
        timings.measure(
            MERGING, () -> write(soup, Durability.SYNCED).to(target, new Safetensors()));
    files()
        .companions()
        .ifPresent(from -> HuggingFaceFolder.copyCompanions(from, target.getParent()));
    return report;
  }

  /// What a merge finds on the way, without keeping its result: tensor → name → value.
  Map<String, Map<String, Double>> figures(MergePlan plan) {
    Path nowhere = work.resolve("figures.safetensors");
    return timings
        .measure(
            MERGING,
            () ->
                executor.execute(
                    plan, new Nowhere(), nowhere, settings.saturate(), Durability.CACHED))
        .figures();
  }

  /// A mean that can grow.
  public RunningSum runningSum() {
    return new RunningSum(executor, work, settings.outDType(), settings.saturate());
  }

  /// Whether scores are better when they are higher.
  public boolean higherIsBetter() {
    return evaluator.higherIsBetter();
  }

  /// Hears how far things are.
  public Progress progress() {
    return executor.progress();
  }

  /// The name of the set that recipes choose on.
  public String select() {
    return eval.select().name();
  }

  private CandidateFiles files() {
    return CandidateFiles.of(work, evaluator, ingredients.getFirst().checkpoint());
  }

  private Candidate made(Dish.Soup soup) {
    return made(write(soup, Durability.CACHED));
  }

  private CandidateFiles.Write write(Dish.Soup soup, Durability durability) {
    Durability first = soup.recalibrated() ? Durability.CACHED : durability;
    CandidateFiles.Write average =
        (file, format) -> executor.execute(soup.plan(), format, file, settings.saturate(), first);
    return soup.recalibrated() ? recalibrated(average, durability) : average;
  }

  /// What is written, by way of another file, with BatchNorm statistics of its own.
  private CandidateFiles.Write recalibrated(CandidateFiles.Write average, Durability durability) {
    return (file, format) -> {
      // The next candidate may be on its way in another thread.
      Path averaged =
          work.resolve("averaged-" + Thread.currentThread().threadId() + ".safetensors");
      try {
        MergeReport report = average.to(averaged, new Safetensors());
        try (Checkpoint weights = Checkpoints.open(averaged);
            Arena arena = Arena.ofShared()) {
          Checkpoint own = Recalibration.of(eval, executor.threads(), weights, progress(), arena);
          MergePlan plan = MergePlan.conversion(own, Optional.empty(), Linear.mean(1));
          executor.execute(plan, format, file, settings.saturate(), durability);
        }
        return report;
      } finally {
        WorkFolder.delete(averaged);
      }
    };
  }

  private Candidate candidate(RunningSum sum, List<Ingredient> members) {
    Checkpoint newcomer = members.getLast().checkpoint();
    CandidateFiles.Write average = (file, format) -> sum.candidate(newcomer, file, format);
    return made(recalibrates(members) ? recalibrated(average, Durability.CACHED) : average);
  }

  private Candidate made(CandidateFiles.Write write) {
    return timings.measure(MERGING, () -> files().write(write));
  }

  private Hardness hardness() {
    List<Evaluation> singles = new ArrayList<>();
    for (Ingredient each : ingredients) {
      singles.add(evaluate(each, List.of(select())).get(select()));
    }
    Optional<WeightedMetric> chosen =
        evaluator
            .resampling(select())
            .map(Resampling::metric)
            .filter(WeightedMetric.class::isInstance)
            .map(WeightedMetric.class::cast);
    return Hardness.of(singles, chosen);
  }

  private Attempt attempt(String fingerprint, Bar.Test passes, Supplier<Candidate> make) {
    Optional<Attempt> known = store.findAttempt(fingerprint, select(), passes);
    if (known.isPresent()) {
      return known.get();
    }
    Hardness hardness = store.hardness(select(), this::hardness);
    Optional<Bar.Test> test = settings.exhaustive() ? Optional.empty() : Optional.of(passes);
    Bar bar = new Bar(hardness.order(), hardness.weights(), test);
    try (Candidate candidate = make.get()) {
      Attempt attempt =
          timings.measure(
              EVALUATING, () -> evaluator.attempt(candidate.checkpoint(), select(), bar));
      switch (attempt) {
        case Attempt.Finished(Evaluation evaluation) ->
            timings.evaluated(evaluation.n(), evaluation.n());
        case Attempt.Stopped(double _, int examples) ->
            timings.evaluated(examples, bar.order().length);
      }
      return store.put(fingerprint, select(), attempt);
    }
  }

  /// What is in the store, and the rest measured.
  ///
  /// @param make the candidate
  private SequencedMap<String, Evaluation> evaluate(
      String fingerprint, List<String> sets, boolean predictions, Supplier<Candidate> make) {
    SequencedMap<String, Evaluation> all = new LinkedHashMap<>();
    List<String> missing = new ArrayList<>();
    for (String set : sets) {
      // A command may have been asked for another metric in the run that is gone on with.
      Optional<Evaluation> known =
          store
              .find(fingerprint, set, predictions && evaluator.givesPredictions())
              .filter(evaluation -> evaluation.metrics().containsKey(eval.metric()));
      known.ifPresentOrElse(e -> all.put(set, e), () -> missing.add(set));
    }
    if (!missing.isEmpty()) {
      Consumer<Evaluation> done =
          evaluation -> {
            timings.evaluated(evaluation.n(), evaluation.n());
            all.put(evaluation.set(), store.put(fingerprint, evaluation, predictions));
          };
      try (Candidate candidate = make.get()) {
        timings.measure(
            EVALUATING, () -> evaluator.evaluate(candidate.checkpoint(), missing, done));
      }
    }
    SequencedMap<String, Evaluation> ordered = new LinkedHashMap<>();
    sets.forEach(set -> ordered.put(set, all.get(set)));
    return ordered;
  }

  private String fingerprintOfMean(List<Ingredient> members) {
    if (members.size() == 1 && settings.outDType().isEmpty()) {
      // The same values: what was measured of the one holds for the other.
      return fingerprints.get(members.getFirst().name());
    }
    return fingerprint("mean", members, recalibrates(members));
  }

  /// A single model has the statistics of its training.
  private boolean recalibrates(List<Ingredient> members) {
    return settings.recalibrates() && members.size() > 1;
  }

  private String fingerprint(String how, List<Ingredient> models, boolean recalibrated) {
    StringBuilder text = new StringBuilder(how);
    text.append(' ').append(settings.outDType()).append(' ').append(settings.saturate());
    models.forEach(model -> text.append('\n').append(fingerprints.get(model.name())));
    if (recalibrated) {
      text.append("\nrecalibrated ").append(settings.training());
    }
    return Sha256.ofText(text.toString());
  }
}
