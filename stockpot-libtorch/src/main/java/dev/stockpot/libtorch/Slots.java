package dev.stockpot.libtorch;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/// The places of a network's weights: they hold its own, or whatever is put there for a while.
final class Slots implements AutoCloseable {
  private final SequencedMap<String, Tensor> slots = new LinkedHashMap<>();
  private final SequencedMap<String, Tensor> own = new LinkedHashMap<>();
  private Optional<MappedWeights> current = Optional.empty();

  Slots(TorchNetwork network) {
    slots.putAll(network.parameters());
    slots.putAll(network.buffers());
    try (PointerScope _ = new PointerScope()) {
      slots.forEach((name, slot) -> own.put(name, slot.variable_data().retainReference()));
    }
  }

  /// Puts tensors of the same shapes and types into the slots of their names, without a copy;
  /// nothing, if they are there already.
  ///
  /// @param weights stay open until others are put, or they are removed
  void put(MappedWeights weights) {
    if (current.filter(weights::equals).isEmpty()) {
      weights.tensors().forEach((name, tensor) -> slots.get(name).set_data(tensor));
      current = Optional.of(weights);
    }
  }

  /// Takes tensors out again, if they are there.
  void remove(MappedWeights weights) {
    if (current.filter(weights::equals).isPresent()) {
      own.forEach((name, tensor) -> slots.get(name).set_data(tensor));
      current = Optional.empty();
    }
  }

  /// Gives a network like this one the same memory for its own weights.
  void lend(TorchNetwork other) {
    Map<String, Tensor> others = new HashMap<>(other.parameters());
    others.putAll(other.buffers());
    own.forEach((name, tensor) -> others.get(name).set_data(tensor));
  }

  @Override
  public void close() {
    own.values().forEach(Tensor::close);
  }
}
