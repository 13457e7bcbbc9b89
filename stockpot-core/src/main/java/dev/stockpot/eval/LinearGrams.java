package dev.stockpot.eval;

import dev.stockpot.Progress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.SequencedMap;

/// The Gram matrices XᵀX of a model's linear layers, with a row of X for every example and position
/// that the layer sees.
///
/// @see <a href="https://arxiv.org/abs/2212.09849">Jin et al. 2023, "Dataless Knowledge Fusion by
///   Merging Weights of Language Models", section 3</a>
public final class LinearGrams {
  /// Largest batch: scripts keep what gradients would need, as in training.
  private static final int BATCH_EXAMPLES = 64;

  private LinearGrams() {}

  /// The linear layers that an example comes by.
  ///
  /// @param network its file, for messages
  /// @param example which one of the set
  /// @return the inputs' width by the weight's name
  /// @throws EvaluationException if there is none
  public static SequencedMap<String, Long> layers(
      GradientEngine.Grams grams, Path network, Dataset data, int example) {
    try (Arena arena = Arena.ofShared()) {
      SequencedMap<String, Long> layers = grams.layers(data.batch(new int[] {example}, arena));
      if (layers.isEmpty()) {
        throw new EvaluationException(
            network
                + ": has no linear layer whose weight is a parameter, and so no Gram matrix; merge"
                + " its models by another method");
      }
      return layers;
    }
  }

  /// Sums over examples.
  ///
  /// @param grams nothing was added to
  /// @param examples which of the set, in the order in which they are added
  /// @param what is measured, for the person who waits
  /// @return symmetric `[in, in]` of float64 by the weight's name, until the grams are closed
  public static SequencedMap<String, MemorySegment> of(
      GradientEngine.Grams grams, Dataset data, int[] examples, String what, Progress progress) {
    long fitting = Math.max(1, NetworkEvaluator.BATCH_BYTES / data.exampleBytes());
    List<int[]> batches = Prefetcher.batches(examples, (int) Math.min(BATCH_EXAMPLES, fitting));
    try (Prefetcher inputs = new Prefetcher(data, batches);
        Progress.Task task =
            progress.begin(what, new Progress.Total(examples.length, Progress.Unit.EXAMPLES))) {
      for (int[] batch : batches) {
        grams.add(inputs.next());
        task.advance(batch.length);
      }
    }
    SequencedMap<String, MemorySegment> sums = grams.sums();
    sums.values().forEach(LinearGrams::mirror);
    return sums;
  }

  /// How wide a matrix is.
  ///
  /// @param matrix square, of float64
  static long width(MemorySegment matrix) {
    return Math.round(Math.sqrt(matrix.byteSize() / (double) Double.BYTES));
  }

  /// Products are rounded in an order that may differ from one side of the diagonal to the other.
  private static void mirror(MemorySegment matrix) {
    long n = width(matrix);
    for (long i = 0; i < n; i++) {
      for (long j = i + 1; j < n; j++) {
        double below = matrix.getAtIndex(ValueLayout.JAVA_DOUBLE, j * n + i);
        matrix.setAtIndex(ValueLayout.JAVA_DOUBLE, i * n + j, below);
      }
    }
  }
}
