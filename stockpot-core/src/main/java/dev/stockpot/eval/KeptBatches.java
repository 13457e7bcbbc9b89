package dev.stockpot.eval;

import dev.stockpot.eval.Batch.Input;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/// The batches of a set, made once and kept as long as there is room: candidates are measured on
/// the same batches again and again. Those of a set that does not fit are made anew each time.
///
/// For one thread at a time.
final class KeptBatches implements AutoCloseable {
  /// Orders in which a set is visited: as it is stored, and the hardest examples first.
  private static final int MOST_ORDERS = 2;

  private final Dataset set;
  private final DataMemory memory;
  private final List<Kept> all = new ArrayList<>();

  /// @param set whose batches nobody else asks for
  /// @param memory that they may take
  KeptBatches(Dataset set, DataMemory memory) {
    this.set = set;
    this.memory = memory;
  }

  /// Batches in an order of the examples, to be read from the first on.
  ///
  /// @param size of the batches but the last, at least 1
  Reader read(int[] order, int size) {
    List<int[]> examples = Prefetcher.batches(order, size);
    for (Kept kept : all) {
      if (kept.size() == size && Arrays.equals(kept.order(), order)) {
        return new Reader(examples, Optional.of(kept));
      }
    }
    long bytes = order.length * set.exampleBytes();
    if (all.size() == MOST_ORDERS || !memory.take(bytes)) {
      return new Reader(examples, Optional.empty());
    }
    Kept kept = new Kept(order.clone(), size, bytes, Arena.ofShared(), new ArrayList<>());
    all.add(kept);
    return new Reader(examples, Optional.of(kept));
  }

  @Override
  public void close() {
    for (Kept kept : all) {
      kept.arena().close();
      memory.give(kept.bytes());
    }
    all.clear();
  }

  /// The first batches of an order, as far as they were asked for.
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Kept(int[] order, int size, long bytes, Arena arena, List<Batch> batches) {

    Batch add(Batch batch) {
      SequencedMap<String, Input> copies = new LinkedHashMap<>();
      batch
          .inputs()
          .forEach((name, input) -> {
            MemorySegment data = MemorySegment.ofBuffer(input.data());
            ByteBuffer copy =
                arena.allocate(Math.max(1, data.byteSize()), 64).copyFrom(data).asByteBuffer();
            copy.limit(input.data().remaining());
            copies.put(
                name, new Input(input.dtype(), input.shape(), copy.order(ByteOrder.nativeOrder())));
          });
      Batch copy = new Batch(batch.size(), copies);
      batches.add(copy);
      return copy;
    }
  }

  /// Reads batches, kept ones first. What goes wrong in making one is thrown by [#next].
  final class Reader implements Iterator<Batch>, AutoCloseable {
    private final List<int[]> examples;
    private final Optional<Kept> kept;
    private Optional<Prefetcher> rest = Optional.empty();
    private int at;

    private Reader(List<int[]> examples, Optional<Kept> kept) {
      this.examples = examples;
      this.kept = kept;
    }

    /// The examples of each batch.
    List<int[]> examples() {
      return examples;
    }

    @Override
    public boolean hasNext() {
      return at < examples.size();
    }

    /// The next batch; the one before may no longer be valid.
    @Override
    public Batch next() {
      if (kept.isPresent() && at < kept.get().batches().size()) {
        return kept.get().batches().get(at++);
      }
      if (rest.isEmpty()) {
        rest = Optional.of(new Prefetcher(set, examples.subList(at, examples.size())));
      }
      Batch batch = rest.get().next();
      at++;
      return kept.map(it -> it.add(batch)).orElse(batch);
    }

    @Override
    public void close() {
      rest.ifPresent(Prefetcher::close);
    }
  }
}
