package dev.stockpot.cli;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.diagnose.Geometry;
import dev.stockpot.diagnose.Survey;
import dev.stockpot.eval.Classification;
import dev.stockpot.eval.Evaluation;
import dev.stockpot.eval.Predictions;
import dev.stockpot.eval.SoupAgainstEnsemble;
import dev.stockpot.internal.io.Sha256;
import dev.stockpot.internal.io.WorkFolder;
import dev.stockpot.recipe.Ingredient;
import dev.stockpot.recipe.RecipeException;
import dev.stockpot.search.EvaluationStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Measures pairs of models: each model once, the points between two as they come. Predictions lie
/// on disk, so memory does not grow with models.
final class PairsRun {
  private static final double HALF = 0.5;

  /// Of which pairs are drawn where there are too many.
  private static final long SEED = 0;

  private final Mixtures mixtures;
  private final Settings settings;
  private final Progress progress;
  private final List<Classification> sets;
  private final List<Map<String, Evaluation>> ends = new ArrayList<>();
  private final List<Pairs.Compared> compared = new ArrayList<>();
  private final List<Pairs.Half> halves = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  /// What the user asked for.
  ///
  /// @param alphas shares of the second of two
  /// @param step by which second derivatives are taken
  /// @param most pairs
  /// @param cache folder for evaluations of this and other runs
  record Settings(List<Double> alphas, double step, int most, Optional<Path> cache, int threads) {}

  /// Two models, by their places.
  private record Pair(int first, int second) {}

  /// Where evaluations are kept, and what models are known by there.
  private record Memory(Path folder, List<String> fingerprints) {}

  /// @throws RecipeException unless the evaluator gives predictions of classes
  PairsRun(Mixtures mixtures, Settings settings, Progress progress) {
    this.mixtures = mixtures;
    this.settings = settings;
    this.progress = progress;
    this.sets =
        mixtures.spec().sets().stream()
            .flatMap(set -> mixtures.evaluator().classification(set.name()).stream())
            .toList();
    if (sets.isEmpty()) {
      throw new RecipeException(
          "pairs compares the cross-entropy of soups and ensembles of classifiers; it needs a"
              + " network as evaluator (onnx), and a set with classes");
    }
  }

  /// Measures.
  Pairs measure() {
    List<Ingredient> models = mixtures.models();
    List<Pair> pairs = pairs(models.size());
    Memory memory = settings.cache().map(this::remembered).orElseGet(this::forgotten);
    Optional<double[][]> angles = mixtures.base().map(this::angles);
    long points = models.size() + (long) pairs.size() * places().size();
    Progress.Total total = new Progress.Total(points, Progress.Unit.CANDIDATES);
    try (EvaluationStore store = new EvaluationStore(memory.folder(), Durability.SYNCED);
        Progress.Task task = progress.begin("measuring pairs", total)) {
      for (int i = 0; i < models.size(); i++) {
        ends.add(evaluated(store, memory.fingerprints().get(i), weights(i, i, 0)));
        mixtures.measured(i, ends.getLast());
        task.advance(1);
      }
      for (Pair pair : pairs) {
        if (settings.cache().isPresent()) {
          measure(pair, line(pair, store, memory, task), angles);
        } else {
          Path folder = mixtures.work().resolve("pair");
          try (EvaluationStore own = new EvaluationStore(folder, Durability.CACHED)) {
            measure(pair, line(pair, own, memory, task), angles);
          }
          WorkFolder.delete(folder);
        }
      }
    }
    return new Pairs(mixtures.spec().metric(), compared, halves, settings.step(), notes);
  }

  /// All pairs, or some of them.
  private List<Pair> pairs(int models) {
    List<Pair> all =
        IntStream.range(0, models)
            .boxed()
            .flatMap(i -> IntStream.range(i + 1, models).mapToObj(j -> new Pair(i, j)))
            .toList();
    List<Integer> order = new ArrayList<>(IntStream.range(0, all.size()).boxed().toList());
    Collections.shuffle(order, new Random(SEED));
    return order.stream().limit(settings.most()).sorted().map(all::get).toList();
  }

  /// Where evaluations outlast the run: by content, as `cook` keeps them.
  private Memory remembered(Path cache) {
    List<Checkpoint> checkpoints = mixtures.models().stream().map(Ingredient::checkpoint).toList();
    List<Path> files =
        Stream.concat(
                checkpoints.stream().flatMap(each -> each.files().stream()),
                EvalIdentity.files(mixtures.spec()).stream())
            .distinct()
            .toList();
    Map<Path, String> hashes = Hashes.of(files, settings.threads(), progress);
    return new Memory(
        cache.resolve(EvalIdentity.of(mixtures.spec(), hashes)),
        checkpoints.stream().map(each -> Hashes.fingerprint(each, hashes)).toList());
  }

  private Memory forgotten() {
    return new Memory(
        mixtures.work().resolve("models"),
        mixtures.models().stream().map(Ingredient::name).toList());
  }

  private double[][] angles(Ingredient base) {
    return Geometry.anglesDegrees(
        Survey.of(Optional.of(base), mixtures.models(), settings.threads(), progress));
  }

  /// The points between two models that are measured: every share, and a step to either side.
  private SortedSet<Double> places() {
    SortedSet<Double> places = new TreeSet<>();
    for (double alpha : settings.alphas()) {
      places.addAll(List.of(before(alpha), place(alpha), after(alpha)));
    }
    return places;
  }

  private double before(double alpha) {
    return place(alpha - settings.step());
  }

  private double after(double alpha) {
    return place(alpha + settings.step());
  }

  /// What two shares have in common is one place, however it was computed.
  private static double place(double alpha) {
    return Math.rint(alpha * 1e12) / 1e12;
  }

  private Map<Double, Map<String, Evaluation>> line(
      Pair pair, EvaluationStore store, Memory memory, Progress.Task task) {
    Map<Double, Map<String, Evaluation>> line = new HashMap<>();
    for (double place : places()) {
      String fingerprint =
          Sha256.ofText(
              "line %s\n%s\n%s"
                  .formatted(
                      place,
                      memory.fingerprints().get(pair.first()),
                      memory.fingerprints().get(pair.second())));
      List<Double> weights = weights(pair.first(), pair.second(), place);
      line.put(place, evaluated(store, fingerprint, weights));
      task.advance(1);
    }
    return line;
  }

  private List<Double> weights(int first, int second, double alpha) {
    List<Double> weights = new ArrayList<>(Collections.nCopies(mixtures.models().size(), 0.0));
    weights.set(second, alpha);
    weights.set(first, 1 - alpha);
    return weights;
  }

  /// What is in the store, and the rest measured.
  private Map<String, Evaluation> evaluated(
      EvaluationStore store, String fingerprint, List<Double> weights) {
    Map<String, Evaluation> found = new HashMap<>();
    List<String> missing = new ArrayList<>();
    for (Classification set : sets) {
      store
          .find(fingerprint, set.set(), true)
          .ifPresentOrElse(each -> found.put(set.set(), each), () -> missing.add(set.set()));
    }
    if (!missing.isEmpty()) {
      mixtures
          .evaluate(weights, missing)
          .forEach((set, each) -> found.put(set, store.put(fingerprint, each, true)));
    }
    return found;
  }

  private void measure(
      Pair pair, Map<Double, Map<String, Evaluation>> line, Optional<double[][]> angles) {
    String first = mixtures.models().get(pair.first()).name();
    String second = mixtures.models().get(pair.second()).name();
    for (Classification set : sets) {
      for (double alpha : settings.alphas()) {
        SoupAgainstEnsemble.Line logits =
            new SoupAgainstEnsemble.Line(
                logits(set, ends.get(pair.first())),
                logits(set, line.get(before(alpha))),
                logits(set, line.get(place(alpha))),
                logits(set, line.get(after(alpha))),
                logits(set, ends.get(pair.second())));
        SoupAgainstEnsemble figures =
            SoupAgainstEnsemble.of(alpha, settings.step(), logits, set.labels());
        if (Double.isFinite(figures.measured()) && Double.isFinite(figures.approximated())) {
          compared.add(new Pairs.Compared(first, second, set.set(), figures));
        } else {
          notes.add(
              "%s and %s on %s are left out: a logit is not finite"
                  .formatted(first, second, set.set()));
        }
      }
      angles
          .map(all -> all[pair.first()][pair.second()])
          .filter(Double::isFinite)
          .ifPresent(angle ->
              halves.add(
                  new Pairs.Half(first, second, set.set(), angle, advantage(pair, set, line))));
    }
  }

  /// By how much the model half way is better than the mean of the two.
  private double advantage(
      Pair pair, Classification set, Map<Double, Map<String, Evaluation>> line) {
    double mean = (value(set, ends.get(pair.first())) + value(set, ends.get(pair.second()))) / 2;
    double gain = value(set, line.get(HALF)) - mean;
    return mixtures.higherIsBetter() ? gain : -gain;
  }

  private static Predictions logits(Classification set, Map<String, Evaluation> evaluations) {
    return set.of(evaluations.get(set.set()).predictions().orElseThrow());
  }

  private double value(Classification set, Map<String, Evaluation> evaluations) {
    return evaluations.get(set.set()).metric(mixtures.spec().metric());
  }
}
