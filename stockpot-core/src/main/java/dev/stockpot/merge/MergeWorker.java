package dev.stockpot.merge;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.Elements;
import dev.stockpot.checkpoint.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/// One thread of a merge: reads a chunk of every ingredient, mixes it tile by tile, writes it.
final class MergeWorker implements Callable<Findings> {
  private final MergePlan plan;
  private final Chunks chunks;
  private final CheckpointWriter writer;
  private final boolean saturate;
  private final Progress.Task progress;

  private final Elements elements = new Elements();
  private final Findings findings;

  MergeWorker(
      MergePlan plan,
      Chunks chunks,
      CheckpointWriter writer,
      boolean saturate,
      Progress.Task progress) {
    this.plan = plan;
    this.chunks = chunks;
    this.writer = writer;
    this.saturate = saturate;
    this.progress = progress;
    this.findings = new Findings(plan);
  }

  @Override
  public Findings call() {
    try (Arena arena = Arena.ofConfined()) {
      Buffers buffers = new Buffers(arena);
      for (Optional<Chunks.Chunk> next = chunks.next(); next.isPresent(); next = chunks.next()) {
        Chunks.Chunk chunk = next.get();
        switch (plan.steps().get(chunk.step())) {
          case Step.Mix mix -> mix(mix, chunk, buffers);
          case Step.Copy copy -> copy(copy, chunk, buffers);
        }
      }
      return findings;
    } catch (RuntimeException | Error e) {
      chunks.stop();
      throw e;
    }
  }

  private void copy(Step.Copy copy, Chunks.Chunk chunk, Buffers buffers) {
    String name = copy.output().name();
    ByteBuffer first = buffers.read(0, name, chunk.from(), chunk.n());
    for (int k = 1; k < plan.ingredients().size(); k++) {
      if (!first.equals(buffers.read(k, name, chunk.from(), chunk.n()))) {
        findings.differs(chunk.step(), k);
      }
    }
    writer.write(name, chunk.from(), first);
    progress.advance((plan.ingredients().size() + 1L) * chunk.n());
  }

  private void mix(Step.Mix mix, Chunks.Chunk chunk, Buffers buffers) {
    TensorSpec output = mix.output();
    long moved = 0;
    for (int k = 0; k < plan.ingredients().size(); k++) {
      int bytes = dtype(k, output).bytes();
      buffers.read(k, output.name(), chunk.from() * bytes, chunk.n() * bytes);
      moved += (long) chunk.n() * bytes;
    }
    for (int at = 0; at < chunk.n(); at += Elements.TILE) {
      mixTile(mix, chunk, at, buffers);
    }
    int outBytes = output.dtype().bytes();
    int written = chunk.n() * outBytes;
    writer.write(
        output.name(), chunk.from() * outBytes, buffers.output.asSlice(0, written).asByteBuffer());
    progress.advance(moved + written);
  }

  /// A method of its own, which the compiler is done with early: the whole of [#mix] takes it long.
  private void mixTile(Step.Mix mix, Chunks.Chunk chunk, int at, Buffers buffers) {
    TensorSpec output = mix.output();
    Tiles tiles =
        switch (mix.precision()) {
          case FLOAT32 -> buffers.floats;
          case FLOAT64 -> buffers.doubles;
        };
    int n = Math.min(Elements.TILE, chunk.n() - at);
    for (int k = 0; k < plan.ingredients().size(); k++) {
      DType dtype = dtype(k, output);
      tiles.widen(k, dtype, buffers.inputs.get(k), (long) at * dtype.bytes(), n);
    }
    tiles.mix(mix.method(), n);
    long offset = (long) at * output.dtype().bytes();
    if (!tiles.narrow(output.dtype(), n, buffers.output, offset)) {
      settle(mix, chunk.step(), tiles, n);
      tiles.narrow(output.dtype(), n, buffers.output, offset);
    }
  }

  /// Looks closer at a tile in which something is not finite: counts it, clamps it if that is
  /// wanted, and makes every NaN the same.
  private void settle(Step.Mix mix, int step, Tiles tiles, int n) {
    DType dtype = mix.output().dtype();
    // Also where the sum is the narrower of the two.
    double largest = Math.min(Elements.largest(dtype), Elements.largest(mix.precision().dtype()));
    Findings.Counts counts = findings.counts(step);
    for (int i = 0; i < n; i++) {
      double value = tiles.result(i);
      boolean fits = elements.fits(dtype, value);
      if (fits && Double.isFinite(value)) {
        continue;
      }
      if (!tiles.inputsFinite(i) && (fits || Double.isNaN(value))) {
        tiles.replace(i, value);
        if (Double.isNaN(value)) {
          counts.nan++;
        } else {
          counts.infinite++;
        }
      } else if (saturate && !Double.isNaN(value)) {
        tiles.replace(i, Math.copySign(largest, value));
        counts.clamped++;
      } else {
        counts.overflowed++;
      }
    }
  }

  private DType dtype(int ingredient, TensorSpec output) {
    return plan.ingredients().get(ingredient).tensors().get(output.name()).dtype();
  }

  /// The memory of one thread, all of it made once.
  private final class Buffers {
    final List<MemorySegment> inputs;
    final MemorySegment output;
    final Tiles floats;
    final Tiles doubles;

    Buffers(Arena arena) {
      int k = plan.ingredients().size();
      int capacity = Chunks.capacity(plan);
      inputs =
          plan.ingredients().stream()
              .map(i -> arena.allocate((long) capacity * Chunks.unitBytes(i), 64))
              .toList();
      output = arena.allocate((long) capacity * DType.F64.bytes(), 64);
      floats = new Tiles.Floats(k, elements);
      doubles = new Tiles.Doubles(k, elements);
    }

    ByteBuffer read(int ingredient, String name, long offset, int bytes) {
      ByteBuffer buffer = inputs.get(ingredient).asSlice(0, bytes).asByteBuffer();
      plan.ingredients().get(ingredient).read(name, offset, buffer);
      return buffer.flip();
    }
  }
}
