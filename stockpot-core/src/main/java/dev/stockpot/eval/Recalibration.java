package dev.stockpot.eval;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.Elements;
import dev.stockpot.checkpoint.OverlaidCheckpoint;
import dev.stockpot.checkpoint.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// BatchNorm's running statistics again, for weights that never saw data, as those of a soup:
/// reset, then the plain mean of the batches' statistics over one pass of the training data in
/// training mode (PyTorch's `momentum=None`).
///
/// @see <a href="https://arxiv.org/abs/1803.05407">Izmailov et al. 2018, "Averaging Weights Leads
///   to Wider Optima and Better Generalization", section 3.2</a>
public final class Recalibration {
  /// Examples per batch, unless the user says otherwise.
  private static final int BATCH = 256;

  private static final String COUNT = "num_batches_tracked";

  private Recalibration() {}

  /// What a spec does not say of what it takes; empty if nothing.
  public static Optional<String> lacks(EvalSpec spec) {
    if (spec.train().isEmpty()) {
      return Optional.of("there are no training data; add data: {train: {x: …, y: …}}");
    }
    return spec.gradients().isPresent()
        ? Optional.empty()
        : Optional.of(
            "there is no network that can train; add evaluator: {torchscript: FILE}, beside onnx if"
                + " there is one");
  }

  /// Looks for statistics that a network keeps.
  ///
  /// @param spec which [lacks][#lacks] nothing
  /// @throws EvaluationException if there are none, or the weights do not fit
  public static void check(EvalSpec spec, int threads, Checkpoint weights) {
    try (GradientEngine engine = GradientEngine.open(spec.gradients().orElseThrow(), threads)) {
      engine.statistics(weights).close();
    }
  }

  /// About what it takes to look at a spec's training data once.
  ///
  /// @param spec which [lacks][#lacks] nothing
  public static Pass pass(EvalSpec spec, int threads, Checkpoint weights) {
    try (GradientEngine engine = GradientEngine.open(spec.gradients().orElseThrow(), threads);
        Dataset train = Datasets.open(spec.train().orElseThrow(), spec.input());
        GradientEngine.Statistics statistics = engine.statistics(weights)) {
      return Pass.of(train, (batch, _) -> statistics.of(batch));
    }
  }

  /// The checkpoint with new statistics from a spec's training data.
  ///
  /// @param spec which [lacks][#lacks] nothing
  public static Checkpoint of(
      EvalSpec spec, int threads, Checkpoint weights, Progress progress, Arena arena) {
    try (GradientEngine engine = GradientEngine.open(spec.gradients().orElseThrow(), threads);
        Dataset train = Datasets.open(spec.train().orElseThrow(), spec.input())) {
      return of(engine, weights, train, BATCH, 0, progress, arena);
    }
  }

  /// The checkpoint with new statistics, each in its tensor's type; everything else as it is.
  ///
  /// @param weights stay open as long as the result
  /// @param train in an order of the seed
  /// @param batch examples per batch; a last one of a single example is left out
  /// @param arena for the new values
  /// @throws EvaluationException if the network has no such statistics, or keeps them in training
  public static Checkpoint of(
      GradientEngine engine,
      Checkpoint weights,
      Dataset train,
      int batch,
      long seed,
      Progress progress,
      Arena arena) {
    int[] order = order(train.size(), seed);
    List<int[]> batches =
        Prefetcher.batches(order, batch).stream()
            .filter(examples -> examples.length > 1 || order.length == 1)
            .toList();
    Map<String, double[]> sums = new HashMap<>();
    try (GradientEngine.Statistics statistics = engine.statistics(weights);
        Prefetcher inputs = new Prefetcher(train, batches);
        Progress.Task task =
            progress.begin(
                "recalibrating " + weights.path().getFileName(),
                new Progress.Total(train.size(), Progress.Unit.EXAMPLES))) {
      for (int[] examples : batches) {
        statistics
            .of(inputs.next())
            .forEach((name, values) -> sums.merge(name, values.clone(), Recalibration::sum));
        task.advance(examples.length);
      }
    }
    Map<String, MemorySegment> above = new HashMap<>();
    sums.forEach((name, sum) -> {
      for (int i = 0; i < sum.length; i++) {
        sum[i] /= batches.size();
      }
      above.put(name, stored(weights.tensors().get(name), sum, arena));
      String count = name.substring(0, name.lastIndexOf('.') + 1) + COUNT;
      TensorSpec counter = weights.tensors().get(count);
      if (counter != null && counter.dtype() == DType.I64) {
        MemorySegment number = arena.allocate(counter.bytes(), 8);
        number.set(ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN), 0, batches.size());
        above.put(count, number);
      }
    });
    return new OverlaidCheckpoint(weights, above);
  }

  private static double[] sum(double[] sum, double[] more) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += more[i];
    }
    return sum;
  }

  private static MemorySegment stored(TensorSpec spec, double[] values, Arena arena) {
    MemorySegment stored = arena.allocate(spec.bytes(), 64);
    Elements elements = new Elements();
    for (int at = 0; at < values.length; at += Elements.TILE) {
      int n = Math.min(Elements.TILE, values.length - at);
      double[] tile = new double[Elements.TILE];
      System.arraycopy(values, at, tile, 0, n);
      elements.fromDoubles(spec.dtype(), tile, n, stored, (long) at * spec.dtype().bytes());
    }
    return stored;
  }

  static int[] order(int n, long seed) {
    int[] order = IntStream.range(0, n).toArray();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = n - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int kept = order[i];
      order[i] = order[other];
      order[other] = kept;
    }
    return order;
  }
}
