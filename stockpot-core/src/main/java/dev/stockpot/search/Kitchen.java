package dev.stockpot.search;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.HuggingFaceFolder;
import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.Evaluation;
import dev.stockpot.eval.Evaluator;
import dev.stockpot.eval.Logits;
import dev.stockpot.internal.io.Sha256;
import dev.stockpot.merge.MergeExecutor;
import dev.stockpot.merge.MergePlan;
import dev.stockpot.merge.MergeReport;
import dev.stockpot.method.Linear;
import dev.stockpot.recipe.Ingredient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;

/// What recipes work with: ingredients, and ways to taste what could be made of them.
///
/// @param ingredients at least one, under different names
/// @param fingerprints what tells an ingredient's content apart, by its name
/// @param eval what the evaluator was opened for
/// @param output how soups are stored
/// @param work folder for candidates; those that are dropped are deleted
/// @param keepLogits whether ensembles will be asked for
public record Kitchen(
    List<Ingredient> ingredients,
    Map<String, String> fingerprints,
    EvalSpec eval,
    Evaluator evaluator,
    EvaluationStore store,
    MergeExecutor executor,
    Output output,
    Path work,
    boolean keepLogits) {

  /// How soups are stored.
  ///
  /// @param dtype of float tensors, if not that of the ingredients
  /// @param saturate whether values that overflow it are clamped
  public record Output(Optional<DType> dtype, boolean saturate) {}

  public Kitchen {
    ingredients = List.copyOf(ingredients);
    fingerprints = Map.copyOf(fingerprints);
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

  /// An ingredient's score on `select`.
  public double score(Ingredient ingredient) {
    return score(evaluate(ingredient, List.of(select())));
  }

  /// The score on `select` of the mean of members, of whom the sum holds all but the last.
  public double scoreOfMean(RunningSum sum, List<Ingredient> members) {
    return score(
        evaluate(
            fingerprintOfMean(members),
            List.of(select()),
            false,
            measure ->
                new CandidateFiles(work)
                    .measure(
                        folder(),
                        file -> sum.candidate(members.getLast().checkpoint(), file),
                        measure)));
  }

  /// The score on `select` of an ensemble.
  public double scoreOfEnsemble(List<Ingredient> members) {
    return ensemble(members, select()).metric(eval.metric());
  }

  /// How an ingredient, or the base, does on some sets.
  public SequencedMap<String, Evaluation> evaluate(Ingredient ingredient, List<String> sets) {
    return evaluate(
        fingerprints.get(ingredient.name()),
        sets,
        keepLogits,
        measure ->
            new CandidateFiles(work)
                .measure(ingredient.checkpoint(), executor, output.saturate(), measure));
  }

  /// How a soup that is stored does on some sets.
  public SequencedMap<String, Evaluation> evaluateSoup(
      List<Ingredient> members, Path soup, List<String> sets) {
    return evaluate(
        fingerprintOfMean(members),
        sets,
        false,
        measure -> {
          try (Checkpoint checkpoint = Checkpoints.open(likeIngredients(soup))) {
            return measure.apply(checkpoint);
          }
        });
  }

  /// How an ensemble does on a set, without its logits.
  public Evaluation ensemble(List<Ingredient> members, String set) {
    List<Logits> logits =
        members.stream()
            .map(member -> evaluate(member, List.of(set)).get(set).logits().orElseThrow())
            .toList();
    return evaluator.measure(set, Logits.mean(logits)).withLogits(Optional.empty());
  }

  /// Averages members into a file; where the first ingredient is a folder, the file's gets its
  /// companions.
  public MergeReport average(List<Ingredient> members, Path target) {
    MergeReport report =
        executor.execute(plan(members), target, output.saturate(), Durability.SYNCED);
    likeIngredients(target);
    return report;
  }

  /// How members are averaged.
  public MergePlan plan(List<Ingredient> members) {
    List<Checkpoint> checkpoints = members.stream().map(Ingredient::checkpoint).toList();
    return MergePlan.of(checkpoints, Linear.mean(members.size()), output.dtype());
  }

  /// A soup that can grow.
  public RunningSum runningSum() {
    return new RunningSum(executor, work, output.dtype(), output.saturate());
  }

  /// Whether scores are better when they are higher.
  public boolean higherIsBetter() {
    return evaluator.higherIsBetter();
  }

  /// Hears how far things are.
  public Progress progress() {
    return executor.progress();
  }

  private String select() {
    return eval.select().name();
  }

  private double score(SequencedMap<String, Evaluation> evaluations) {
    return evaluations.get(select()).metric(eval.metric());
  }

  /// What is in the store, and the rest measured.
  ///
  /// @param candidate makes the candidate, has it measured, and cleans up
  private SequencedMap<String, Evaluation> evaluate(
      String fingerprint,
      List<String> sets,
      boolean logits,
      Function<
              Function<Checkpoint, SequencedMap<String, Evaluation>>,
              SequencedMap<String, Evaluation>>
          candidate) {
    SequencedMap<String, Evaluation> all = new LinkedHashMap<>();
    List<String> missing = new ArrayList<>();
    for (String set : sets) {
      // A command may have been asked for another metric in the run that is gone on with.
      Optional<Evaluation> known =
          store
              .find(fingerprint, set, logits && evaluator.givesLogits())
              .filter(evaluation -> evaluation.metrics().containsKey(eval.metric()));
      known.ifPresentOrElse(e -> all.put(set, e), () -> missing.add(set));
    }
    if (!missing.isEmpty()) {
      candidate
          .apply(checkpoint -> evaluator.evaluate(checkpoint, missing))
          .forEach((set, e) -> all.put(set, store.put(fingerprint, e, logits)));
    }
    return inOrder(sets, all);
  }

  private static SequencedMap<String, Evaluation> inOrder(
      Collection<String> sets, Map<String, Evaluation> all) {
    SequencedMap<String, Evaluation> ordered = new LinkedHashMap<>();
    sets.forEach(set -> ordered.put(set, all.get(set)));
    return ordered;
  }

  private String fingerprintOfMean(List<Ingredient> members) {
    if (members.size() == 1 && output.dtype().isEmpty()) {
      // The same values: what was measured of the one holds for the other.
      return fingerprints.get(members.getFirst().name());
    }
    StringBuilder recipe = new StringBuilder("mean " + output);
    members.forEach(member -> recipe.append('\n').append(fingerprints.get(member.name())));
    return Sha256.ofText(recipe.toString());
  }

  /// What an evaluator opens: the file of a soup, or its folder where the first ingredient is one,
  /// with the companions of that.
  private Path likeIngredients(Path file) {
    return folder()
        .map(first -> {
          HuggingFaceFolder.copyCompanions(first, file.getParent());
          return file.getParent();
        })
        .orElse(file);
  }

  /// The first ingredient, if it is a folder.
  private Optional<Path> folder() {
    return ingredients.getFirst().checkpoint().companions();
  }
}
