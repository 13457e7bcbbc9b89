package dev.stockpot.eval;

import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.stream.IntStream;

/// One set on which a network in training is measured, again and again.
///
/// Safe for use by several threads, which read it in turn.
public final class Measurement implements AutoCloseable {
  private final MeasuredSet set;

  private Measurement(MeasuredSet set) {
    this.set = set;
  }

  /// Opens a set.
  ///
  /// @throws EvaluationException if it cannot be used
  public static Measurement open(SetSpec spec, InputSpec input, TaskSpec task) {
    Dataset data = Datasets.open(spec, input);
    try {
      return new Measurement(MeasuredSet.of(data, spec.classes(), task, Head.ROWS));
    } catch (RuntimeException | Error e) {
      data.close();
      throw e;
    }
  }

  /// Measures a network.
  ///
  /// @param network gives a row per example of a batch
  /// @return metrics by name
  public SequencedMap<String, Double> of(Function<Batch, Output> network) {
    long fitting = Math.max(1, NetworkEvaluator.BATCH_BYTES / set.data().exampleBytes());
    int size = (int) Math.min(NetworkEvaluator.BATCH_EXAMPLES, fitting);
    PredictionTable table = new PredictionTable(set);
    for (int begin = 0; begin < set.size(); begin += size) {
      int[] examples = IntStream.range(begin, Math.min(set.size(), begin + size)).toArray();
      try (Arena arena = Arena.ofConfined()) {
        Batch batch;
        synchronized (this) {
          batch = set.data().batch(examples, arena);
        }
        table.put(examples, set.head().of(network.apply(batch), batch));
      }
    }
    return new LinkedHashMap<>(set.evaluation(table.predictions()).metrics());
  }

  @Override
  public void close() {
    set.close();
  }
}
