package dev.stockpot.libtorch;

import dev.stockpot.eval.Batch;
import dev.stockpot.eval.Batch.Input;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/// Networks alike, among which a batch is shared out in pieces, each computed on one thread. Pieces
/// are of the same size whatever the number of threads, and what comes out is taken in their order,
/// so that it depends on the batch alone; libtorch's own threads would change the order of sums.
///
/// For one thread at a time. The networks' own weights are those of the first.
final class Replicas implements AutoCloseable {
  /// Examples of a piece; the last may have fewer.
  private static final int PIECE = 32;

  private final Supplier<TorchNetwork> opening;
  private final int threads;
  private final List<Replica> replicas = new ArrayList<>();
  private final ExecutorService pool;

  /// A network and what it computes with.
  record Replica(TorchNetwork network, Slots slots) {}

  /// Computes a piece, on a thread of its own.
  interface Work<R> {
    /// What comes of a piece.
    ///
    /// @param begin number of the piece's first example in the batch
    R of(Replica replica, Batch piece, int begin);
  }

  /// Takes what came of a piece.
  interface Taking<R> {
    /// Called in the order of the pieces.
    ///
    /// @param replica that computed it, and does nothing else meanwhile
    void take(Replica replica, R result);
  }

  /// @param opening makes a network like the others, which is closed with this
  /// @param threads how many pieces are computed at once, at least 1
  Replicas(Supplier<TorchNetwork> opening, int threads) {
    this.opening = opening;
    this.threads = threads;
    pool =
        Executors.newFixedThreadPool(
            threads, work -> Thread.ofPlatform().daemon().name("gradients").unstarted(work));
    open();
  }

  /// The first.
  Replica first() {
    return replicas.getFirst();
  }

  /// Computes all pieces of a batch, and takes what comes of them in their order.
  <R> void share(Batch batch, Work<R> work, Taking<R> taking) {
    int pieces = Math.max(1, Math.ceilDiv(batch.size(), PIECE));
    for (int done = 0; done < pieces; done += threads) {
      List<Future<R>> running = new ArrayList<>();
      for (int i = 0; i < Math.min(threads, pieces - done); i++) {
        if (i == replicas.size()) {
          open();
        }
        Replica replica = replicas.get(i);
        int begin = (done + i) * PIECE;
        Batch piece = piece(batch, begin, Math.min(batch.size(), begin + PIECE));
        running.add(
            pool.submit(() -> {
              Libtorch.load(1);
              return work.of(replica, piece, begin);
            }));
      }
      List<R> results = running.stream().map(Replicas::result).toList();
      for (int i = 0; i < results.size(); i++) {
        taking.take(replicas.get(i), results.get(i));
      }
    }
  }

  /// Takes weights out of all networks.
  void remove(MappedWeights weights) {
    replicas.forEach(replica -> replica.slots().remove(weights));
  }

  @Override
  public void close() {
    pool.close();
    replicas.forEach(replica -> {
      replica.slots().close();
      replica.network().close();
    });
  }

  private void open() {
    TorchNetwork network = opening.get();
    if (!replicas.isEmpty()) {
      first().slots().lend(network);
    }
    replicas.add(new Replica(network, new Slots(network)));
  }

  private static <R> R result(Future<R> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        default -> throw new IllegalStateException(e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static Batch piece(Batch batch, int begin, int end) {
    if (begin == 0 && end == batch.size()) {
      return batch;
    }
    SequencedMap<String, Input> inputs = new LinkedHashMap<>();
    batch
        .inputs()
        .forEach((name, input) -> {
          List<Long> shape = new ArrayList<>(input.shape());
          shape.set(0, (long) end - begin);
          int bytes = input.data().limit() / batch.size();
          ByteBuffer data = input.data().slice(begin * bytes, (end - begin) * bytes);
          inputs.put(name, new Input(input.dtype(), shape, data.order(ByteOrder.nativeOrder())));
        });
    return new Batch(end - begin, inputs);
  }
}
