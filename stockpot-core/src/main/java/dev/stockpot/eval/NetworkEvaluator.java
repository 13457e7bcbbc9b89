package dev.stockpot.eval;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.ServiceLoader;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// Measures candidates by running a network with their weights over sets of examples.
///
/// For one thread at a time; the engine may use several. Predictions are kept in memory, those of
/// one candidate at a time; a caller that keeps more has a [PredictionStore].
public final class NetworkEvaluator implements Evaluator {
  /// Largest batch: more gains nothing on a CPU, and costs memory.
  static final int BATCH_EXAMPLES = 256;

  /// Largest batch of inputs, since the memory of a network grows with it; 27 images of 3×224×224.
  static final int BATCH_BYTES = 16 << 20;

  /// Most that a batch's logits may take where each token has as many as there are words.
  static final int OUTPUT_BYTES = 256 << 20;

  /// Most that batches take which are kept from one candidate to the next.
  private static final long KEPT_BYTES = 64 << 20;

  private final Engine engine;
  private final SequencedMap<String, MeasuredSet> sets;
  private final Map<String, KeptBatches> batches = new HashMap<>();
  private final TaskSpec task;
  private final Progress progress;
  private boolean warm;
  private double expansion;
  private long examples;
  private long modelNanos;

  /// Opens the network and every set.
  ///
  /// @param spec whose evaluator is a network
  /// @param threads to compute with, at least 1
  /// @throws EvaluationException if anything in the spec cannot be used
  public static NetworkEvaluator open(
      EvalSpec spec, EvaluatorSpec.Network network, int threads, Progress progress) {
    Engine.Provider provider = provider(network, ServiceLoader.load(Engine.Provider.class));
    SequencedMap<String, MeasuredSet> sets = openSets(spec);
    try {
      return new NetworkEvaluator(provider.open(network, threads), sets, spec.task(), progress);
    } catch (RuntimeException | Error e) {
      sets.values().forEach(MeasuredSet::close);
      throw e;
    }
  }

  /// @param engine is closed with this, as are the sets
  /// @param sets by name, `select` first
  NetworkEvaluator(
      Engine engine, SequencedMap<String, MeasuredSet> sets, TaskSpec task, Progress progress) {
    this.engine = engine;
    this.sets = sets;
    DataMemory memory = new DataMemory(KEPT_BYTES);
    sets.forEach((name, set) -> batches.put(name, new KeptBatches(set.data(), memory)));
    this.task = task;
    this.progress = progress;
  }

  @Override
  public List<String> check(Checkpoint candidate) {
    List<String> notes = new ArrayList<>();
    sets.values().forEach(set -> notes.addAll(set.data().notes()));
    notes.addAll(engine.check(candidate));
    return notes;
  }

  @Override
  public void checkOverlap() {
    List<Dataset> all = sets.values().stream().map(MeasuredSet::data).toList();
    Overlap.check(all.getFirst(), all.subList(1, all.size()));
  }

  @Override
  public void evaluate(Checkpoint candidate, Collection<String> names, Consumer<Evaluation> done) {
    List<MeasuredSet> asked = names.stream().map(this::set).toList();
    long total = asked.stream().mapToLong(MeasuredSet::size).sum();
    try (Engine.Model model = engine.load(candidate);
        Progress.Task task = begin(candidate, total)) {
      for (MeasuredSet set : asked) {
        Bar none = Bar.none(IntStream.range(0, set.size()).toArray());
        switch (run(model, set, none, task)) {
          case Attempt.Finished(Evaluation evaluation) -> done.accept(evaluation);
          case Attempt.Stopped _ -> throw new AssertionError("stopped without a bar");
        }
      }
    }
  }

  @Override
  public Attempt attempt(Checkpoint candidate, String name, Bar bar) {
    MeasuredSet set = set(name);
    try (Engine.Model model = engine.load(candidate);
        Progress.Task task = begin(candidate, set.size())) {
      return run(model, set, bar, task);
    }
  }

  @Override
  public Map<String, Duration> estimate(Checkpoint candidate) {
    Map<String, Duration> estimates = new LinkedHashMap<>();
    try (Engine.Model model = engine.load(candidate)) {
      for (MeasuredSet set : sets.values()) {
        Pass pass = Pass.of(set.size(), batchSize(model, set), batch -> predict(model, set, batch));
        estimates.put(set.name(), pass.time());
      }
    }
    return estimates;
  }

  @Override
  public Evaluation measure(String set, Predictions predictions) {
    return set(set).evaluation(predictions);
  }

  @Override
  public Optional<Classification> classification(String name) {
    MeasuredSet set = set(name);
    return set.targets() instanceof Targets.Classes(int[] labels)
        ? Optional.of(new Classification(name, labels, set.groups()))
        : Optional.empty();
  }

  @Override
  public Optional<Resampling> resampling(String set) {
    return task.chosen() instanceof ExampleMetric metric
        ? Optional.of(new Resampling(metric, set(set).targets()))
        : Optional.empty();
  }

  /// What is kept of a language model's logits cannot be averaged.
  @Override
  public boolean givesPredictions() {
    return sets.values().stream().noneMatch(set -> set.head() instanceof NextToken);
  }

  @Override
  public boolean higherIsBetter() {
    return task.higherIsBetter();
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
    batches.values().forEach(KeptBatches::close);
    sets.values().forEach(MeasuredSet::close);
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

  private static SequencedMap<String, MeasuredSet> openSets(EvalSpec spec) {
    Datasets.checkClasses(spec.sets());
    Head head = spec.task().classVectors().<Head>map(ZeroShot::open).orElse(Head.ROWS);
    SequencedMap<String, MeasuredSet> sets = new LinkedHashMap<>();
    try {
      for (SetSpec set : spec.sets()) {
        sets.put(set.name(), open(set, spec, head));
      }
    } catch (RuntimeException | Error e) {
      sets.values().forEach(MeasuredSet::close);
      throw e;
    }
    return sets;
  }

  private static MeasuredSet open(SetSpec set, EvalSpec spec, Head head) {
    Dataset data = Datasets.open(set, spec.input());
    try {
      return MeasuredSet.of(data, set.classes(), spec.task(), head);
    } catch (RuntimeException | Error e) {
      data.close();
      throw e;
    }
  }

  private Progress.Task begin(Checkpoint candidate, long total) {
    String what = "evaluating " + candidate.path().getFileName();
    return progress.begin(what, new Progress.Total(total, Progress.Unit.EXAMPLES));
  }

  private MeasuredSet set(String name) {
    MeasuredSet set = sets.get(name);
    if (set == null) {
      throw new IllegalArgumentException("no set '" + name + "' among " + sets.keySet());
    }
    return set;
  }

  /// Examples of a batch, as far as its inputs decide on it.
  static int batchSize(Dataset set) {
    long fitting = Math.max(1, BATCH_BYTES / set.exampleBytes());
    return (int) Math.min(Math.min(BATCH_EXAMPLES, fitting), set.size());
  }

  private int batchSize(Engine.Model model, MeasuredSet set) {
    long fitting = batchSize(set.data());
    if (set.head() instanceof NextToken) {
      fitting = Math.min(fitting, (long) Math.max(1, OUTPUT_BYTES / outputBytes(model, set)));
    }
    return (int) Math.min(Math.min(fitting, model.batchLimit()), set.size());
  }

  /// Bytes that an example's output takes, known from the first that is run.
  private double outputBytes(Engine.Model model, MeasuredSet set) {
    if (expansion == 0) {
      expansion = run(model, set, new int[] {0}, NetworkEvaluator::expansion);
    }
    return expansion * set.data().exampleBytes();
  }

  private Attempt run(Engine.Model model, MeasuredSet set, Bar bar, Progress.Task task) {
    int size = batchSize(model, set);
    if (!warm) {
      predict(model, set, Arrays.copyOf(bar.order(), size));
      warm = true;
    }
    Optional<RunningScore> running = set.running(bar);
    PredictionTable table = new PredictionTable(set);
    int done = 0;
    try (KeptBatches.Reader inputs = batches.get(set.name()).read(bar.order(), size)) {
      for (int[] batch : inputs.examples()) {
        Batch input = named(set, inputs::next);
        long start = System.nanoTime();
        Predictions predictions = named(set, () -> set.head().of(model.run(input), input));
        modelNanos += System.nanoTime() - start;
        table.put(batch, predictions);
        done += batch.length;
        examples += batch.length;
        task.advance(batch.length);
        if (running.isPresent()) {
          running.get().add(set.seen(predictions), set.targets().of(batch));
          double bound = running.get().bound();
          if (done < set.size() && !bar.score().get().passes(bound)) {
            return new Attempt.Stopped(bound, done);
          }
        }
      }
    }
    return new Attempt.Finished(set.evaluation(table.predictions()));
  }

  private static Predictions predict(Engine.Model model, MeasuredSet set, int[] examples) {
    return run(model, set, examples, set.head()::of);
  }

  /// Bytes of an output for each byte of the inputs.
  private static double expansion(Output output, Batch batch) {
    long bytes =
        batch.inputs().values().stream().mapToLong(input -> input.data().remaining()).sum();
    return (double) output.values().byteSize() / bytes;
  }

  private static <T> T run(
      Engine.Model model, MeasuredSet set, int[] examples, BiFunction<Output, Batch, T> taking) {
    try (Arena arena = Arena.ofConfined()) {
      return named(
          set,
          () -> {
            Batch batch = set.data().batch(examples, arena);
            return taking.apply(model.run(batch), batch);
          });
    }
  }

  /// What goes wrong names the set.
  private static <T> T named(MeasuredSet set, Supplier<T> work) {
    try {
      return work.get();
    } catch (EvaluationException e) {
      throw new EvaluationException("set '" + set.name() + "': " + e.getMessage(), e);
    }
  }
}
