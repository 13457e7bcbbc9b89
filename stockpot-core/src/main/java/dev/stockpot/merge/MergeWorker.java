package dev.stockpot.merge;

import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.Elements;
import dev.stockpot.checkpoint.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// One thread of a merge: takes a block, reads it from every input, takes it through its stage
/// stretch by stretch, and writes what comes out of the last stage.
final class MergeWorker {
  private final MergePlan plan;
  private final Jobs jobs;
  private final CheckpointWriter writer;
  private final boolean saturate;
  private final long windowBytes;
  private final Meter meter;

  private final Elements elements = new Elements();
  private final Findings findings;
  private final Lane floats = new Lane(FloatTile::new);
  private final Lane doubles = new Lane(DoubleTile::new);

  /// @param windowBytes for stored elements that are read at once, of all inputs together
  MergeWorker(
      MergePlan plan,
      Jobs jobs,
      CheckpointWriter writer,
      boolean saturate,
      long windowBytes,
      Meter meter) {
    this.plan = plan;
    this.jobs = jobs;
    this.writer = writer;
    this.saturate = saturate;
    this.windowBytes = windowBytes;
    this.meter = meter;
    this.findings = new Findings(plan);
  }

  /// What a thread has in one precision.
  private static final class Lane {
    final Stretch stretch;
    final Tile out;

    Lane(Supplier<Tile> tiles) {
      stretch = new Stretch(tiles);
      out = tiles.get();
    }
  }

  /// Works until nothing is left.
  Findings work() throws InterruptedException {
    try (Arena arena = Arena.ofConfined()) {
      Window window = new Window(arena, windowBytes);
      for (Optional<Jobs.Block> next = jobs.next(); next.isPresent(); next = jobs.next()) {
        work(next.get(), window);
      }
      return findings;
    } catch (RuntimeException | Error e) {
      jobs.stop();
      throw e;
    }
  }

  private void work(Jobs.Block block, Window window) {
    Step step = plan.steps().get(block.job().step());
    try {
      Optional<Object> part =
          step instanceof Step.Mix mix ? work(mix, block, window) : copy(step, block, window);
      if (jobs.done(block, part)) {
        findings.ended(block.job().step(), block.job().mixing());
      }
    } catch (UndefinedResultException e) {
      Source first = step.inputs().getFirst();
      throw CheckpointException.of(first.checkpoint().path(), first.spec().name(), e.getMessage());
    }
  }

  private Optional<Object> copy(Step copy, Jobs.Block block, Window window) {
    int most = window.beginBytes(copy.inputs());
    for (long at = block.from(); at < block.from() + block.n(); at += most) {
      int n = (int) Math.min(most, block.from() + block.n() - at);
      ByteBuffer first = window.read(0, at, n);
      for (int k = 1; k < copy.inputs().size(); k++) {
        if (!first.equals(window.read(k, at, n))) {
          findings.differs(block.job().step(), k);
        }
      }
      writer.write(copy.output().name(), at, first);
      meter.advance((copy.inputs().size() + 1L) * n);
    }
    return Optional.empty();
  }

  private Optional<Object> work(Step.Mix mix, Jobs.Block block, Window window) {
    Lane lane = mix.precision() == Precision.FLOAT32 ? floats : doubles;
    int tile = tileLength(block.stage());
    window.beginElements(mix.streamed(), (long) tile * mix.output().dtype().bytes());
    if (block.stage() instanceof Stage.Pass<?> pass) {
      return pass(pass, mix, block, window, lane, tile);
    }
    mix((Stage.Mixing) block.stage(), mix, block, window, lane, tile);
    return Optional.empty();
  }

  /// Elements of a stretch: whole units, as many as fit into a tile that stays in the first caches.
  static int tileLength(Stage stage) {
    long unit = stage.unit();
    return Math.toIntExact(Math.max(1, Elements.TILE / unit) * unit);
  }

  private <P> Optional<Object> pass(
      Stage.Pass<P> pass, Step.Mix mix, Jobs.Block block, Window window, Lane lane, int tile) {
    P part = pass.anyOrder() ? block.job().partOfThread(pass) : pass.start();
    Findings.Counts ignored = new Findings.Counts(); // mixing counts them
    long end = pass.sampling().firstOnly() ? Math.min(block.n(), tile) : block.n();
    for (long at = 0; at < end; at += tile) {
      int n = (int) Math.min(tile, end - at);
      fill(mix, block.from() + at, n, block.from() + end, window, lane.stretch, ignored);
      pass.visit(lane.stretch, part);
    }
    meter.advance(window.taken());
    return pass.anyOrder() ? Optional.empty() : Optional.of(part);
  }

  private void mix(
      Stage.Mixing mixing, Step.Mix mix, Jobs.Block block, Window window, Lane lane, int tile) {
    TensorSpec output = mix.output();
    int outBytes = output.dtype().bytes();
    long end = block.from() + block.n();
    long written = block.from();
    boolean narrows = narrows(mix);
    Findings.Counts counts = new Findings.Counts();
    for (long at = block.from(); at < end; at += tile) {
      int n = (int) Math.min(tile, end - at);
      if ((at + n - written) > window.outputCapacity(outBytes)) {
        writer.write(output.name(), written * outBytes, window.output((at - written) * outBytes));
        written = at;
      }
      fill(mix, at, n, end, window, lane.stretch, counts);
      mixTile(mixing, mix, block, lane, window.output(), (at - written) * outBytes);
      if (narrows) {
        counts.flushed += lane.out.small(Elements.smallest(output.dtype()) / 2);
      }
    }
    findings.add(block.job().step(), counts);
    writer.write(output.name(), written * outBytes, window.output((end - written) * outBytes));
    meter.advance(window.taken() + block.n() * outBytes);
  }

  /// A method of its own, which the compiler is done with early: the whole of [#mix] takes it long.
  private void mixTile(
      Stage.Mixing mixing,
      Step.Mix mix,
      Jobs.Block block,
      Lane lane,
      MemorySegment target,
      long offset) {
    Stretch stretch = lane.stretch;
    lane.out.resize(stretch.length());
    mixing.mix(stretch, lane.out);
    DType dtype = mix.output().dtype();
    if (!narrow(lane.out, dtype, target, offset)) {
      settle(mix, block.job().step(), stretch, lane.out);
      narrow(lane.out, dtype, target, offset);
    }
  }

  /// Whether an input may hold values that the output cannot, but for the rounding of a mean.
  private static boolean narrows(Step.Mix mix) {
    DType output = mix.output().dtype();
    for (Source input : mix.inputs()) {
      if (!holds(output, input.spec().dtype())) {
        return true;
      }
    }
    return false;
  }

  /// Whether a float type has every value of another.
  private static boolean holds(DType dtype, DType other) {
    return DType.widest(other, dtype) == dtype;
  }

  private boolean narrow(Tile tile, DType dtype, MemorySegment target, long offset) {
    boolean finite = true;
    for (int at = 0; at < tile.length(); at += Elements.TILE) {
      int n = Math.min(Elements.TILE, tile.length() - at);
      finite &= tile.narrow(elements, dtype, at, n, target, offset + (long) at * dtype.bytes());
    }
    return finite;
  }

  /// Widens the stretch `[from, from + n)` of every input.
  ///
  /// @param counts takes what overflows when inputs are rounded
  private void fill(
      Step.Mix mix,
      long from,
      int n,
      long end,
      Window window,
      Stretch stretch,
      Findings.Counts counts) {
    List<Source> inputs = mix.streamed();
    int rounded = mix.rounding().isPresent() ? mix.method().rounded(inputs.size()) : 0;
    stretch.move(from, n, inputs.size());
    for (int at = 0; at < n; at += Elements.TILE) {
      int m = Math.min(Elements.TILE, n - at);
      window.ensure(from + at, m, end);
      for (int k = 0; k < inputs.size(); k++) {
        DType dtype = inputs.get(k).spec().dtype();
        Tile tile = stretch.input(k);
        tile.widen(elements, dtype, window.input(k), window.offset(k, from + at), at, m);
        if (k < rounded && !holds(mix.rounding().get(), dtype)) {
          round(tile, mix.rounding().get(), at, m, window.spare, counts);
        }
      }
    }
  }

  /// Rounds an input to the dtype that the config wants.
  ///
  /// @param counts takes what overflows
  private void round(
      Tile tile, DType dtype, int at, int n, MemorySegment spare, Findings.Counts counts) {
    if (!tile.narrow(elements, dtype, at, n, spare, 0)) {
      for (int i = at; i < at + n; i++) {
        double value = tile.at(i);
        if (Double.isFinite(value) && !elements.fits(dtype, value)) {
          if (saturate) {
            tile.put(i, Math.copySign(Elements.largest(dtype), value));
            counts.inputsClamped++;
          } else {
            counts.inputsOverflowed++;
          }
        }
      }
      tile.narrow(elements, dtype, at, n, spare, 0);
    }
    tile.widen(elements, dtype, spare, 0, at, n);
  }

  /// Looks closer at a stretch in which something is not finite: counts it, clamps it if that is
  /// wanted, and makes every NaN the same.
  private void settle(Step.Mix mix, int step, Stretch stretch, Tile out) {
    DType dtype = mix.output().dtype();
    // Also where the sum is the narrower of the two.
    double largest = Math.min(Elements.largest(dtype), Elements.largest(mix.precision().dtype()));
    Findings.Counts counts = findings.counts(step);
    for (int i = 0; i < stretch.length(); i++) {
      double value = out.at(i);
      boolean fits = elements.fits(dtype, value);
      if (fits && Double.isFinite(value)) {
        continue;
      }
      if (!stretch.isFinite(i) && (fits || Double.isNaN(value))) {
        // The one quiet NaN for every NaN.
        out.put(i, Double.isNaN(value) ? Double.NaN : value);
        if (Double.isNaN(value)) {
          counts.nan++;
        } else {
          counts.infinite++;
        }
      } else if (saturate && !Double.isNaN(value)) {
        out.put(i, Math.copySign(largest, value));
        counts.clamped++;
      } else {
        counts.overflowed++;
      }
    }
  }
}
