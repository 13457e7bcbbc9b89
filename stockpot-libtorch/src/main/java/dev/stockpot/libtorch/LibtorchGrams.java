package dev.stockpot.libtorch;

import dev.stockpot.eval.Batch;
import dev.stockpot.eval.GradientEngine;
import java.lang.foreign.MemorySegment;
import java.util.SequencedMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;

/// Gram matrices of a network's linear layers, summed up batch by batch.
final class LibtorchGrams implements GradientEngine.Grams {
  private final TorchNetwork network;
  private final Slots slots;
  private final MappedWeights weights;
  private final LinearInputs sums;

  /// @param slots of the network, which other models use, too
  /// @param weights are closed with this
  LibtorchGrams(TorchNetwork network, Slots slots, MappedWeights weights) {
    this.network = network;
    this.slots = slots;
    this.weights = weights;
    sums = LinearInputs.summing(network.parameters());
  }

  @Override
  public SequencedMap<String, Long> layers(Batch batch) {
    try (LinearInputs counts = LinearInputs.counting(network.parameters())) {
      run(batch, counts);
      return counts.widths();
    }
  }

  @Override
  public void add(Batch batch) {
    run(batch, sums);
  }

  @Override
  public SequencedMap<String, MemorySegment> sums() {
    return sums.sums();
  }

  @Override
  public void close() {
    synchronized (slots) {
      slots.remove(weights);
      weights.close();
    }
    sums.close();
  }

  private void run(Batch batch, LinearInputs inputs) {
    // On more threads other sums would come out.
    Libtorch.load(1);
    synchronized (slots) {
      try (PointerScope _ = new PointerScope();
          AutoGradMode _ = new AutoGradMode(false)) {
        slots.put(weights);
        network.listen(LibtorchModel.inputs(network, batch), inputs);
      }
    }
  }
}
