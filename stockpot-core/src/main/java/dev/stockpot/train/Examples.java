package dev.stockpot.train;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.eval.Batch;
import dev.stockpot.eval.Dataset;
import dev.stockpot.eval.Datasets;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.InputSpec;
import dev.stockpot.eval.SetSpec;
import dev.stockpot.eval.Targets;
import dev.stockpot.eval.TaskSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.stream.IntStream;

/// The examples to train on: in memory as the network takes them, if they are of one shape and not
/// too many; else read again for every batch.
///
/// Safe for use by several threads.
public final class Examples implements AutoCloseable {
  /// Most that is held in memory.
  private static final long MOST_BYTES = 1L << 30;

  private static final int CHUNK = 256;

  private final Dataset data;
  private final InputSpec input;
  private final Targets targets;
  private final Arena arena = Arena.ofShared();
  private final Optional<SequencedMap<String, Stored>> stored;

  /// An input of all examples.
  ///
  /// @param shape of one example
  record Stored(DType dtype, List<Long> shape, MemorySegment data) {
    /// One example's bytes.
    long exampleBytes() {
      return shape.stream().reduce(1L, Math::multiplyExact) * dtype.bits() / 8;
    }
  }

  private Examples(Dataset data, InputSpec input, TaskSpec task) {
    this.data = data;
    this.input = input;
    targets = task.task().map(it -> it.of(data.targets())).orElse(data.targets());
    if (targets instanceof Targets.Tokens) {
      throw new EvaluationException(
          "its targets are tokens, and training is for classes or numbers");
    }
    stored = data.size() * data.exampleBytes() <= MOST_BYTES ? store() : Optional.empty();
  }

  /// Opens a set.
  ///
  /// @throws EvaluationException if it cannot be used
  public static Examples open(SetSpec set, InputSpec input, TaskSpec task) {
    Dataset data = Datasets.open(set, input);
    try {
      return new Examples(data, input, task);
    } catch (EvaluationException e) {
      data.close();
      throw new EvaluationException("set '" + set.name() + "': " + e.getMessage(), e);
    } catch (RuntimeException | Error e) {
      data.close();
      throw e;
    }
  }

  /// Number of examples.
  public int size() {
    return data.size();
  }

  /// A class or a number for each.
  public Targets targets() {
    return targets;
  }

  /// How they are prepared.
  InputSpec input() {
    return input;
  }

  /// Takes a batch of the first example, to try a network.
  public synchronized <T> T first(Function<Batch, T> taking) {
    try (Arena memory = Arena.ofConfined()) {
      return taking.apply(data.batch(new int[] {0}, memory));
    }
  }

  /// What is worth knowing.
  public List<String> notes() {
    return data.notes();
  }

  Optional<SequencedMap<String, Stored>> stored() {
    return stored;
  }

  /// A batch, where examples are not stored.
  synchronized Batch read(int[] examples, Arena memory) {
    return data.batch(examples, memory);
  }

  @Override
  public void close() {
    data.close();
    arena.close();
  }

  private Optional<SequencedMap<String, Stored>> store() {
    SequencedMap<String, Stored> all = new LinkedHashMap<>();
    for (int begin = 0; begin < size(); begin += CHUNK) {
      int[] chunk = IntStream.range(begin, Math.min(size(), begin + CHUNK)).toArray();
      try (Arena memory = Arena.ofConfined()) {
        for (var named : data.batch(chunk, memory).inputs().entrySet()) {
          Batch.Input part = named.getValue();
          List<Long> shape = part.shape().subList(1, part.shape().size());
          Stored whole =
              all.computeIfAbsent(
                  named.getKey(),
                  _ -> {
                    Stored empty = new Stored(part.dtype(), shape, MemorySegment.NULL);
                    return new Stored(
                        part.dtype(),
                        shape,
                        arena.allocate(Math.max(1, empty.exampleBytes() * size()), 64));
                  });
          if (!whole.shape().equals(shape)) {
            return Optional.empty();
          }
          MemorySegment bytes = MemorySegment.ofBuffer(part.data());
          MemorySegment.copy(
              bytes, 0, whole.data(), begin * whole.exampleBytes(), bytes.byteSize());
        }
      }
    }
    return Optional.of(all);
  }
}
