package dev.stockpot.eval;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedMap;
import java.util.ServiceLoader;

/// Measures candidates by running a network with their weights over sets of arrays.
///
/// For one thread at a time; the engine may use several. Logits are kept in memory, those of one
/// candidate at a time; a caller that keeps more has a [LogitsStore].
public final class NetworkEvaluator implements Evaluator {
  /// Largest batch: more gains nothing on a CPU, and costs memory.
  static final int BATCH_EXAMPLES = 256;

  /// Largest batch of inputs, since the memory of a network grows with it; 27 images of 3×224×224.
  static final int BATCH_BYTES = 16 << 20;

  private final Engine engine;
  private final SequencedMap<String, Dataset> sets;
  private final Metric metric;
  private final Progress progress;
  private boolean warm;
  private long examples;
  private long modelNanos;

  /// Opens the network and every set.
  ///
  /// @param spec whose evaluator is a network
  /// @param threads to compute with, at least 1
  /// @throws EvaluationException if anything in the spec cannot be used
  public static NetworkEvaluator open(
      EvalSpec spec, EvaluatorSpec.Network network, int threads, Progress progress) {
    Metric metric = Metrics.named(spec.metric());
    Engine.Provider provider = provider(network, ServiceLoader.load(Engine.Provider.class));
    SequencedMap<String, Dataset> sets = openSets(spec);
    try {
      return new NetworkEvaluator(provider.open(network, threads), sets, metric, progress);
    } catch (RuntimeException | Error e) {
      sets.values().forEach(Dataset::close);
      throw e;
    }
  }

  /// @param engine is closed with this, as are the sets
  NetworkEvaluator(
      Engine engine, SequencedMap<String, Dataset> sets, Metric metric, Progress progress) {
    this.engine = engine;
    this.sets = sets;
    this.metric = metric;
    this.progress = progress;
  }

  @Override
  public List<String> check(Checkpoint candidate) {
    return engine.check(candidate);
  }

  @Override
  public SequencedMap<String, Evaluation> evaluate(Checkpoint candidate, Collection<String> names) {
    List<Dataset> asked = new LinkedHashSet<>(names).stream().map(this::dataset).toList();
    String what = "evaluating " + candidate.path().getFileName();
    long total = asked.stream().mapToLong(Dataset::size).sum();
    SequencedMap<String, Evaluation> evaluations = new LinkedHashMap<>();
    try (Engine.Model model = engine.load(candidate);
        Progress.Task task =
            progress.begin(what, new Progress.Total(total, Progress.Unit.EXAMPLES))) {
      for (Dataset set : asked) {
        if (!warm) {
          model.logits(set.batch(0, batchSize(model, set)));
          warm = true;
        }
        Logits logits = run(model, set, task);
        evaluations.put(set.name(), Evaluation.of(set.name(), logits, set.labels()));
      }
    }
    return evaluations;
  }

  @Override
  public Evaluation measure(String set, Logits logits) {
    return Evaluation.of(set, logits, dataset(set).labels());
  }

  @Override
  public boolean givesLogits() {
    return true;
  }

  @Override
  public boolean higherIsBetter() {
    return metric.higherIsBetter();
  }

  /// How many examples have been evaluated, warm-up apart.
  public long examples() {
    return examples;
  }

  /// How long the network has computed on them, loading of weights apart.
  public long modelNanos() {
    return modelNanos;
  }

  @Override
  public void close() {
    sets.values().forEach(Dataset::close);
    engine.close();
  }

  /// The provider of a network's engine.
  ///
  /// @param installed all there are
  /// @throws EvaluationException naming those there are, if it is not among them
  static Engine.Provider provider(
      EvaluatorSpec.Network network, Iterable<Engine.Provider> installed) {
    List<String> keys = new ArrayList<>();
    for (Engine.Provider provider : installed) {
      if (provider.key().equals(network.engine())) {
        return provider;
      }
      keys.add(provider.key());
    }
    throw new EvaluationException(
        "evaluator '%s' (graph %s): no such engine is installed; %s"
            .formatted(
                network.engine(),
                network.graph(),
                keys.isEmpty()
                    ? "there is none at all: use a command, or install one"
                    : "use one of these, or a command: " + String.join(", ", keys)));
  }

  private static SequencedMap<String, Dataset> openSets(EvalSpec spec) {
    SequencedMap<String, Dataset> sets = new LinkedHashMap<>();
    try {
      for (SetSpec set : spec.sets()) {
        sets.put(set.name(), Dataset.open(set, spec.input()));
      }
    } catch (RuntimeException | Error e) {
      sets.values().forEach(Dataset::close);
      throw e;
    }
    return sets;
  }

  private Dataset dataset(String name) {
    Dataset set = sets.get(name);
    if (set == null) {
      throw new IllegalArgumentException("no set '" + name + "' among " + sets.keySet());
    }
    return set;
  }

  private static int batchSize(Engine.Model model, Dataset set) {
    long fitting = Math.max(1, BATCH_BYTES / set.exampleBytes());
    long largest = Math.min(BATCH_EXAMPLES, Math.min(fitting, model.batchLimit()));
    return (int) Math.min(largest, set.size());
  }

  private Logits run(Engine.Model model, Dataset set, Progress.Task task) {
    int size = batchSize(model, set);
    float[] values = {};
    int classes = 0;
    for (int from = 0; from < set.size(); from += size) {
      Batch batch = set.batch(from, Math.min(from + size, set.size()));
      long start = System.nanoTime();
      Logits logits = model.logits(batch);
      modelNanos += System.nanoTime() - start;
      if (from == 0) {
        classes = logits.classes();
        // Before the rest is computed in vain.
        Evaluation.checkLabels(set.name(), classes, set.labels());
        if ((long) set.size() * classes > Integer.MAX_VALUE) {
          throw new EvaluationException(
              "set '%s': %d×%d logits are more than fit into memory (2147483647); split the set"
                  .formatted(set.name(), set.size(), classes));
        }
        values = new float[set.size() * classes];
      }
      if (logits.examples() != batch.size() || logits.classes() != classes) {
        throw new EvaluationException(
            "set '%s': the model gave %d×%d logits for %d examples of %d classes; "
                    .formatted(
                        set.name(), logits.examples(), logits.classes(), batch.size(), classes)
                + "its output must be one row of logits per example");
      }
      MemorySegment.copy(
          logits.values(),
          ValueLayout.JAVA_FLOAT_UNALIGNED,
          0,
          values,
          from * classes,
          batch.size() * classes);
      examples += batch.size();
      task.advance(batch.size());
    }
    return new Logits(set.size(), classes, MemorySegment.ofArray(values));
  }
}
