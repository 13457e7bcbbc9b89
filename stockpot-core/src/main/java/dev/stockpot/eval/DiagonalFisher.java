package dev.stockpot.eval;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.SplittableRandom;

/// The diagonal of a model's Fisher matrix: the mean over examples of the squared gradient of log
/// p(y|x), by parameter.
///
/// The class y is drawn from the model's own softmax, once per example: an estimate without bias.
///
/// @see <a href="https://arxiv.org/abs/2111.09832">Matena and Raffel 2022, section 3</a>
public final class DiagonalFisher {
  private DiagonalFisher() {}

  /// The estimate from some examples.
  ///
  /// @param data of classes
  /// @param examples which of them
  /// @param empirical whether y is the example's own class, the so-called empirical Fisher
  /// @param seed of the classes that are drawn; each example has its own stream
  /// @param arena for the result
  /// @return by the parameter's name, as many float64 as it has elements
  /// @throws EvaluationException if the set has no classes, or the network does not fit
  public static SequencedMap<String, MemorySegment> of(
      GradientEngine engine,
      Checkpoint weights,
      Dataset data,
      int[] examples,
      boolean empirical,
      long seed,
      Progress progress,
      Arena arena) {
    if (!(data.targets() instanceof Targets.Classes classes)) {
      throw new EvaluationException(
          data.name() + ": has no classes; the Fisher matrix is that of log p(class | input)");
    }
    SequencedMap<String, MemorySegment> sums = new LinkedHashMap<>();
    long stream = new SplittableRandom(seed).split().nextLong();
    List<int[]> single = Prefetcher.batches(examples, 1);
    try (GradientEngine.Model model = engine.load(weights);
        Prefetcher inputs = new Prefetcher(data, single);
        Progress.Task task =
            progress.begin(
                "Fisher of " + weights.path().getFileName(),
                new Progress.Total(examples.length, Progress.Unit.EXAMPLES))) {
      for (int[] example : single) {
        Batch batch = inputs.next();
        int label =
            empirical
                ? classes.labels()[example[0]]
                : drawn(
                    model.logits(batch), new SplittableRandom(stream + example[0]).nextDouble());
        model
            .gradient(batch, new int[] {label}, 1)
            .parameters()
            .forEach((name, gradient) ->
                addSquares(
                    gradient,
                    sums.computeIfAbsent(name, _ -> arena.allocate(2 * gradient.byteSize(), 64))));
        task.advance(1);
      }
    }
    sums.values().forEach(sum -> divide(sum, examples.length));
    return sums;
  }

  /// The class at a share of the probability, counted from the first.
  static int drawn(Output logits, double share) {
    int classes = Math.toIntExact(logits.values().byteSize() / 4);
    double most = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < classes; c++) {
      most = Math.max(most, logits.at(c));
    }
    double total = 0;
    for (int c = 0; c < classes; c++) {
      total += StrictMath.exp(logits.at(c) - most);
    }
    double left = share * total;
    int label = 0;
    for (int c = 0; c < classes && left >= 0; c++) {
      double mass = StrictMath.exp(logits.at(c) - most);
      // What rounding leaves over belongs to the last class that has any probability.
      label = mass > 0 ? c : label;
      left -= mass;
    }
    return label;
  }

  private static void addSquares(MemorySegment gradient, MemorySegment sum) {
    for (long i = 0; i < gradient.byteSize() / 4; i++) {
      double value = gradient.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i);
      double before = sum.getAtIndex(ValueLayout.JAVA_DOUBLE, i);
      sum.setAtIndex(ValueLayout.JAVA_DOUBLE, i, before + value * value);
    }
  }

  private static void divide(MemorySegment sum, int count) {
    for (long i = 0; i < sum.byteSize() / 8; i++) {
      double value = sum.getAtIndex(ValueLayout.JAVA_DOUBLE, i);
      sum.setAtIndex(ValueLayout.JAVA_DOUBLE, i, value / count);
    }
  }
}
