package dev.stockpot.libtorch;

import dev.stockpot.eval.Batch;
import dev.stockpot.eval.Engine;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.Output;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/// A network with the weights of one candidate.
final class LibtorchModel implements Engine.Model {
  private final TorchNetwork network;
  private final Slots slots;
  private final MappedWeights weights;
  private final int threads;

  /// @param slots of the network, which other models use, too
  /// @param weights are closed with this
  LibtorchModel(TorchNetwork network, Slots slots, MappedWeights weights, int threads) {
    this.network = network;
    this.slots = slots;
    this.weights = weights;
    this.threads = threads;
  }

  @Override
  public int batchLimit() {
    return Integer.MAX_VALUE;
  }

  @Override
  public Output run(Batch batch) {
    Libtorch.load(threads);
    synchronized (slots) {
      try (PointerScope _ = new PointerScope();
          AutoGradMode _ = new AutoGradMode(false)) {
        slots.put(weights);
        Tensor output = network.forward(inputs(network, batch));
        if (!output.is_floating_point()) {
          throw new EvaluationException(
              network.path() + ": gives " + output.scalar_type() + ", not floats");
        }
        return new Output(Tensors.shape(output), MemorySegment.ofArray(Tensors.floats(output)));
      }
    }
  }

  @Override
  public void close() {
    synchronized (slots) {
      slots.remove(weights);
      weights.close();
    }
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
