package dev.stockpot.libtorch;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.eval.EvaluationException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Predicate;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// A network's weights in one piece of memory, so that an optimizer's step is a handful of
/// operations whatever the number of parameters.
///
/// The order is: the head, the other parameters, frozen parameters, buffers of floats. Gradients
/// lie in a piece of their own, in the same order. Buffers of integers stay where they are.
final class FlatWeights implements AutoCloseable {
  private final SequencedMap<String, Tensor> slots = new LinkedHashMap<>();
  private final SequencedMap<String, Tensor> integers = new LinkedHashMap<>();
  private final List<String> names;
  private final Map<String, TensorSpec> specs = new LinkedHashMap<>();
  private final Map<String, Long> begins = new LinkedHashMap<>();
  private final List<Tensor> bodies = new ArrayList<>();
  private final Tensor values;
  private final Tensor gradients;
  private final long head;
  private final long trainable;
  private final long parameters;
  private final long size;

  /// Moves a network's weights.
  ///
  /// @throws EvaluationException if they are not of float32, or nothing is left to train
  FlatWeights(TorchNetwork network, Predicate<String> isHead, Predicate<String> isFrozen) {
    List<String> heads = new ArrayList<>();
    List<String> others = new ArrayList<>();
    List<String> frozen = new ArrayList<>();
    List<String> floats = new ArrayList<>();
    network
        .parameters()
        .forEach((name, tensor) -> {
          (isFrozen.test(name) ? frozen : isHead.test(name) ? heads : others).add(name);
          slots.put(name, tensor);
        });
    network
        .buffers()
        .forEach((name, tensor) -> {
          if (tensor.is_floating_point()) {
            floats.add(name);
            slots.put(name, tensor);
          } else {
            integers.put(name, tensor);
          }
        });
    // As the network lists them, for checkpoints.
    names = new ArrayList<>(network.parameters().keySet());
    names.addAll(network.buffers().keySet());
    long at = 0;
    List<String> order = new ArrayList<>();
    for (List<String> part : List.of(heads, others, frozen, floats)) {
      order.addAll(part);
    }
    names.forEach(name -> specs.put(name, spec(network, name)));
    for (String name : order) {
      begins.put(name, at);
      at += specs.get(name).elements();
    }
    size = at;
    head = elements(heads);
    trainable = head + elements(others);
    parameters = trainable + elements(frozen);
    if (trainable == 0) {
      throw new EvaluationException(
          network.path() + ": every parameter is frozen, so there is nothing to train");
    }
    try (PointerScope _ = new PointerScope();
        AutoGradMode _ = new AutoGradMode(false)) {
      values = torch.zeros(size).<Tensor>retainReference();
      gradients = torch.zeros(trainable).<Tensor>retainReference();
      for (String name : order) {
        Tensor slot = slots.get(name);
        TensorSpec spec = specs.get(name);
        Tensor view = view(values, name);
        view.copy_(slot);
        slot.set_data(view);
        boolean trains = begins.get(name) < trainable && spec.elements() > 0;
        if (network.parameters().containsKey(name)) {
          slot.set_requires_grad(trains);
        }
        if (trains) {
          slot.mutable_grad().put(view(gradients, name));
          if (begins.get(name) >= head) {
            bodies.add(slot);
          }
        }
      }
    }
  }

  private TensorSpec spec(TorchNetwork network, String name) {
    Tensor tensor = network.parameters().getOrDefault(name, network.buffers().get(name));
    DType dtype =
        TorchTypes.dtype(tensor.scalar_type())
            .orElseThrow(() ->
                new EvaluationException(network.path() + ": '" + name + "' has an unknown type"));
    if (tensor.is_floating_point() && dtype != DType.F32) {
      throw new EvaluationException(
          "%s: '%s' is %s, and training is in F32; save the model as float32"
              .formatted(network.path(), name, dtype));
    }
    return new TensorSpec(name, dtype, Tensors.shape(tensor));
  }

  private long elements(List<String> part) {
    return part.stream().mapToLong(name -> specs.get(name).elements()).sum();
  }

  /// Every tensor as a checkpoint has it, in the network's order.
  List<TensorSpec> specs() {
    return names.stream().map(specs::get).toList();
  }

  /// Whether it is one of the floats, which lie in [#values].
  boolean isFlat(String name) {
    return begins.containsKey(name);
  }

  /// Buffers of integers.
  SequencedMap<String, Tensor> integers() {
    return integers;
  }

  /// All floats.
  Tensor values() {
    return values;
  }

  /// Of the parameters that are trained.
  Tensor gradients() {
    return gradients;
  }

  /// How many elements of the front are the head's.
  long head() {
    return head;
  }

  /// How many elements of the front are trained.
  long trainable() {
    return trainable;
  }

  /// How many elements there are.
  long size() {
    return size;
  }

  /// The buffers of floats, at the end.
  Tensor floatBuffers() {
    return values.narrow(0, parameters, size - parameters);
  }

  /// Whether all is trained, or the head alone.
  void trainBody(boolean all) {
    bodies.forEach(slot -> slot.set_requires_grad(all));
  }

  /// The part of a flat tensor that is a tensor of the network.
  Tensor view(Tensor flat, String name) {
    TensorSpec spec = specs.get(name);
    return flat.narrow(0, begins.get(name), spec.elements())
        .view(spec.shape().stream().mapToLong(length -> length).toArray());
  }

  /// Where it begins in a flat tensor.
  long begin(String name) {
    return begins.get(name);
  }

  @Override
  public void close() {
    values.close();
    gradients.close();
  }
}
