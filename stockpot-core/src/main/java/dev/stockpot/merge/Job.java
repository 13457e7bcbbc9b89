package dev.stockpot.merge;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// One tensor at work: the stage it is in, and what its pass has summed up so far.
final class Job {
  /// Elements of a block, about: whole units. Fixed, since the sums of blocks are added in order,
  /// and so a part of what the bits of a result depend on.
  static final long BLOCK = 64 * 1024;

  /// Blocks of a pass whose sums may be at work or wait for those before them.
  static final int MOST_WAITING = 16;

  private final int step;
  private final long units;
  private Stage stage;
  private long blockElements;
  private long blocks;
  private long handedOut;
  private long finished;

  /// Parts that wait for those before them, by block.
  private final TreeMap<Long, Object> waiting = new TreeMap<>();

  /// Parts of a pass that takes them in any order, by thread.
  private final Map<Long, Object> parts = new HashMap<>();

  private Optional<Object> total = Optional.empty();
  private long added;

  Job(int step, long units, Stage stage) {
    this.step = step;
    this.units = units;
    enter(stage);
  }

  static Job of(int index, Step step) {
    return step instanceof Step.Mix mix
        ? new Job(index, mix.output().elements(), mix.method().begin(mix.layer()))
        : new Job(index, step.output().bytes(), Copying.INSTANCE);
  }

  /// A stage for bytes that are copied.
  private enum Copying implements Stage.Mixing {
    INSTANCE;

    @Override
    public void mix(Stretch stretch, Tile out) {
      throw new IllegalStateException("bytes are not mixed");
    }
  }

  /// Index of the step in the plan.
  int step() {
    return step;
  }

  /// Whether all is written.
  synchronized boolean isFinished() {
    return stage instanceof Stage.Mixing && finished == blocks;
  }

  /// A block that nobody has yet.
  synchronized Optional<Jobs.Block> next() {
    boolean farAhead =
        stage instanceof Stage.Pass<?> pass
            && !pass.anyOrder()
            && handedOut - added >= MOST_WAITING;
    if (handedOut == blocks || farAhead) {
      return Optional.empty();
    }
    long index = handedOut++;
    long from = index * sampling(stage).everyBlock() * blockElements;
    return Optional.of(
        new Jobs.Block(this, stage, index, from, Math.min(blockElements, units - from)));
  }

  /// The sums of this thread for a pass that takes parts in any order.
  synchronized <P> P partOfThread(Stage.Pass<P> pass) {
    Object part = parts.computeIfAbsent(Thread.currentThread().threadId(), _ -> pass.start());
    return partOf(pass, part);
  }

  /// Takes a block's part, and goes on to the next stage after the last one.
  ///
  /// @param part of a pass that wants its parts in order
  /// @return whether the job has ended
  boolean done(Jobs.Block block, Optional<Object> part) {
    synchronized (this) {
      part.ifPresent(p -> waiting.put(block.index(), p));
      if (stage instanceof Stage.Pass<?> pass) {
        addWaiting(pass);
      }
      finished++;
      if (finished < blocks) {
        return false;
      }
      if (stage instanceof Stage.Mixing) {
        return true;
      }
    }
    Stage next = after(stage);
    synchronized (this) {
      enter(next);
      return isFinished();
    }
  }

  /// The stage that is being mixed, when the job has ended.
  synchronized Stage.Mixing mixing() {
    return (Stage.Mixing) stage;
  }

  private void enter(Stage next) {
    stage = next;
    while (true) {
      blockElements = Math.max(1, BLOCK / stage.unit()) * stage.unit();
      if (stage == Copying.INSTANCE) {
        blockElements = BLOCK * Float.BYTES;
      }
      long every = sampling(stage).everyBlock();
      blocks = Math.ceilDiv(Math.ceilDiv(units, blockElements), every);
      handedOut = 0;
      finished = 0;
      added = 0;
      total = stage instanceof Stage.Pass<?> pass ? Optional.of(pass.start()) : Optional.empty();
      waiting.clear();
      parts.clear();
      if (blocks > 0 || stage instanceof Stage.Mixing) {
        return;
      }
      stage = after(stage);
    }
  }

  private static Stage.Sampling sampling(Stage stage) {
    return stage instanceof Stage.Pass<?> pass ? pass.sampling() : Stage.Sampling.ALL;
  }

  private <P> void addWaiting(Stage.Pass<P> pass) {
    while (!waiting.isEmpty() && waiting.firstKey() == added) {
      pass.add(
          partOf(pass, total.orElseThrow()), partOf(pass, waiting.pollFirstEntry().getValue()));
      added++;
    }
  }

  private Stage after(Stage ended) {
    if (ended instanceof Stage.Pass<?> pass) {
      return after(pass);
    }
    throw new IllegalStateException("nothing comes after mixing");
  }

  private <P> Stage after(Stage.Pass<P> pass) {
    P sum = partOf(pass, total.orElseThrow());
    parts.values().forEach(part -> pass.add(sum, partOf(pass, part)));
    return pass.next(sum);
  }

  /// Parts come from the pass that they are given to.
  @SuppressWarnings({"unchecked", "UnusedVariable"})
  private static <P> P partOf(Stage.Pass<P> pass, Object part) {
    return (P) part;
  }
}
