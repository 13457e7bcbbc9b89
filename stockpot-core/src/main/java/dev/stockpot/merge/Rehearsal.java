package dev.stockpot.merge;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.Elements;
import dev.stockpot.checkpoint.Tensor;
import dev.stockpot.checkpoint.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/// Merges made-up tensors to nowhere while a merge is still being planned: so the JVM's compiler
/// begins with the method's loops early, on a core that has nothing else to do.
///
/// It works for moments and rests between them, which leaves the core to the compiler.
public final class Rehearsal implements AutoCloseable {
  /// Nothing is rehearsed.
  public static final Rehearsal NONE = new Rehearsal(new MergePlan(List.of(), List.of(), Map.of()));

  /// Some rows, a few tiles in all.
  private static final TensorSpec TENSOR =
      new TensorSpec("rehearsal", DType.F32, List.of(16L, Elements.TILE / 4L));

  /// The compiler wants to have seen a loop a few thousand times.
  private static final int TENSORS = 1000;

  private static final int BETWEEN_RESTS = 4;
  private static final int REST_NANOSECONDS = 1_000_000;

  private final MergePlan plan;
  private final Jobs jobs;

  private Rehearsal(MergePlan plan) {
    this.plan = plan;
    jobs = new Jobs(plan, 1);
  }

  /// Begins in the background, if there is a core for it.
  ///
  /// @param method as it will be for most tensors
  /// @param inputs dtypes of the tensors that it merges, the base's first
  /// @param output dtype of the result
  /// @param rounding as in [Step.Mix]
  public static Rehearsal begin(
      MergeMethod method, List<DType> inputs, DType output, Optional<DType> rounding) {
    if (Runtime.getRuntime().availableProcessors() == 1) {
      return NONE;
    }
    Rehearsal rehearsal = of(method, inputs, output, rounding, TENSORS);
    Thread.ofPlatform().name("rehearsal").daemon().start(rehearsal::run);
    return rehearsal;
  }

  static Rehearsal of(
      MergeMethod method, List<DType> inputs, DType output, Optional<DType> rounding, int tensors) {
    List<Source> sources = inputs.stream().map(MadeUp::source).toList();
    Step step = new Step.Mix(TENSOR.withDType(output), sources, method, rounding, 0);
    List<Checkpoint> checkpoints = sources.stream().map(Source::checkpoint).toList();
    return new Rehearsal(new MergePlan(checkpoints, Collections.nCopies(tensors, step), Map.of()));
  }

  private void run() {
    try {
      work();
    } catch (InterruptedException | RuntimeException | OutOfMemoryError _) {
      // What is wrong with the merge, or too large for memory, the merge will tell.
    }
  }

  void work() throws InterruptedException {
    long window = Window.leastBytes(plan.ingredients().size());
    Meter meter = new Meter(Progress.Task.NONE, 0);
    new MergeWorker(plan, jobs, new Nowhere(), false, window, meter).work();
  }

  /// Lets it end, in a moment.
  @Override
  public void close() {
    jobs.stop();
  }

  /// One tensor of small numbers of either sign, finite in any float type.
  private static final class MadeUp implements Checkpoint {
    private final TensorSpec spec;
    private final ByteBuffer bytes;

    private MadeUp(TensorSpec spec) {
      this.spec = spec;
      bytes = ByteBuffer.allocate(Math.toIntExact(spec.bytes())).order(ByteOrder.LITTLE_ENDIAN);
      SplittableRandom random = new SplittableRandom();
      while (bytes.hasRemaining()) {
        bytes.putShort((short) (random.nextInt(2) << 15 | 0x3C00 + random.nextInt(0x200)));
      }
    }

    static Source source(DType dtype) {
      TensorSpec spec = TENSOR.withDType(dtype);
      return new Source(new MadeUp(spec), spec);
    }

    @Override
    public Path path() {
      return Path.of(spec.name());
    }

    @Override
    public SequencedMap<String, TensorSpec> tensors() {
      return new LinkedHashMap<>(Map.of(spec.name(), spec));
    }

    @Override
    public Map<String, String> metadata() {
      return Map.of();
    }

    @Override
    public void read(String name, long offset, ByteBuffer target) {
      target.put(bytes.slice(Math.toIntExact(offset), target.remaining()));
    }

    @Override
    public Tensor tensor(String name) {
      throw new UnsupportedOperationException("only streamed");
    }

    @Override
    public void close() {}
  }

  /// Rests now and then.
  private static final class Nowhere implements CheckpointWriter {
    private int written;

    @Override
    public void write(String name, long offset, ByteBuffer source) {
      written++;
      if (written % BETWEEN_RESTS == 0) {
        LockSupport.parkNanos(REST_NANOSECONDS);
      }
    }

    @Override
    public void commit() {}

    @Override
    public void close() {}
  }
}
