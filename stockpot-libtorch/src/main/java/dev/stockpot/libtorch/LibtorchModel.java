package dev.stockpot.libtorch;

import dev.stockpot.eval.Batch;
import dev.stockpot.eval.Engine;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.Output;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/// A network with the weights of one candidate. Batches are shared out in [pieces][Replicas].
final class LibtorchModel implements Engine.Model {
  private final Replicas replicas;
  private final MappedWeights weights;

  /// @param replicas of the network, which other models use, too
  /// @param weights are closed with this
  LibtorchModel(Replicas replicas, MappedWeights weights) {
    this.replicas = replicas;
    this.weights = weights;
  }

  @Override
  public int batchLimit() {
    return Integer.MAX_VALUE;
  }

  @Override
  public Output run(Batch batch) {
    List<Output> outputs = new ArrayList<>();
    synchronized (replicas) {
      replicas.share(
          batch,
          (replica, piece, _) -> {
            try (PointerScope _ = new PointerScope();
                AutoGradMode _ = new AutoGradMode(false)) {
              replica.slots().put(weights);
              TorchNetwork network = replica.network();
              return output(network, network.forward(inputs(network, piece)));
            }
          },
          (_, output) -> outputs.add(output));
    }
    return joined(outputs);
  }

  @Override
  public void close() {
    synchronized (replicas) {
      replicas.remove(weights);
      weights.close();
    }
  }

  /// What a network gives, copied.
  ///
  /// @throws EvaluationException if it is not of floats
  static Output output(TorchNetwork network, Tensor output) {
    if (!output.is_floating_point()) {
      throw new EvaluationException(
          network.path() + ": gives " + output.scalar_type() + ", not floats");
    }
    return new Output(Tensors.shape(output), MemorySegment.ofArray(Tensors.floats(output)));
  }

  /// The rows of all pieces.
  static Output joined(List<Output> pieces) {
    if (pieces.size() == 1 || pieces.getFirst().shape().isEmpty()) {
      return pieces.getFirst();
    }
    List<Long> shape = new ArrayList<>(pieces.getFirst().shape());
    shape.set(0, pieces.stream().mapToLong(piece -> piece.shape().getFirst()).sum());
    byte[] values =
        new byte
            [Math.toIntExact(pieces.stream().mapToLong(piece -> piece.values().byteSize()).sum())];
    int at = 0;
    for (Output piece : pieces) {
      int bytes = (int) piece.values().byteSize();
      MemorySegment.copy(piece.values(), ValueLayout.JAVA_BYTE, 0, values, at, bytes);
      at += bytes;
    }
    return new Output(shape, MemorySegment.ofArray(values));
  }

  /// A batch as the network takes it, over the batch's own memory.
  ///
  /// @throws EvaluationException if the network takes an input that the batch does not have
  static List<Tensor> inputs(TorchNetwork network, Batch batch) {
    List<String> names = network.inputs();
    if (names.size() > 1 && batch.inputs().containsKey("")) {
      throw new EvaluationException(
          "%s: takes %d inputs %s, but the set has one without a name; name each: x: {%s: …}"
              .formatted(network.path(), names.size(), names, String.join(": …, ", names)));
    }
    List<Tensor> inputs = new ArrayList<>();
    for (String name : names) {
      Batch.Input input = batch.input(name);
      inputs.add(Tensors.over(MemorySegment.ofBuffer(input.data()), input.dtype(), input.shape()));
    }
    return inputs;
  }
}
