package dev.stockpot.libtorch;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.checkpoint.Widening;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.Names;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/// Which tensor of a checkpoint fills which parameter or buffer of a network: the one of the same
/// name.
///
/// @param filled dtype per name in the network; the checkpoint's is that or one it widens from
///   exactly
/// @param notes what the user may want to know
record WeightFit(SequencedMap<String, DType> filled, List<String> notes) {

  WeightFit {
    notes = List.copyOf(notes);
  }

  /// Compares a network with a checkpoint.
  ///
  /// @param constants names (globs with `*`) of buffers that keep the network's value
  /// @throws EvaluationException listing everything that does not fit
  static WeightFit of(TorchNetwork network, List<String> constants, Checkpoint weights) {
    Predicate<String> constant = Names.globs(constants);
    Map<String, Tensor> slots = new LinkedHashMap<>(network.parameters());
    slots.putAll(network.buffers());
    Map<String, TensorSpec> tensors = weights.tensors();
    SequencedMap<String, DType> filled = new LinkedHashMap<>();
    List<String> faults = new ArrayList<>();
    List<String> kept = new ArrayList<>();
    for (Map.Entry<String, Tensor> slot : slots.entrySet()) {
      String name = slot.getKey();
      Optional<DType> wanted = TorchTypes.dtype(slot.getValue().scalar_type());
      TensorSpec tensor = tensors.get(name);
      if (tensor != null && constant.test(name)) {
        faults.add(
            "tensor '%s': is listed under constants:, which keeps the network's own value"
                .formatted(name));
      } else if (tensor != null) {
        difference(Tensors.shape(slot.getValue()), wanted, tensor)
            .ifPresentOrElse(
                what -> faults.add("tensor '" + name + "': " + what),
                () -> filled.put(name, wanted.orElseThrow()));
      } else if (wanted.filter(DType::isFloat).isEmpty()) {
        kept.add(name);
      } else if (!constant.test(name)) {
        String kind = network.parameters().containsKey(name) ? "parameter" : "buffer";
        faults.add("%s '%s': no tensor of that name".formatted(kind, name));
      }
    }
    List<TensorSpec> spare =
        tensors.values().stream().filter(tensor -> !slots.containsKey(tensor.name())).toList();
    spare.stream()
        .filter(tensor -> tensor.dtype().isFloat())
        .forEach(tensor ->
            faults.add(
                "tensor '%s': no parameter or buffer of that name".formatted(tensor.name())));
    if (!faults.isEmpty()) {
      throw new EvaluationException(
          Stream.concat(
                  Stream.of(
                      network.path() + " does not fit the tensors of " + weights.path() + ":"),
                  faults.stream().map(fault -> "  " + fault))
              .collect(Collectors.joining("\n")));
    }
    List<String> notes = new ArrayList<>();
    Names.note(network.path() + ": buffers that no tensor fills keep the network's value", kept)
        .ifPresent(notes::add);
    Names.note(
            weights.path() + ": tensors of integers that the network does not take",
            spare.stream().map(TensorSpec::name).toList())
        .ifPresent(notes::add);
    return new WeightFit(filled, notes);
  }

  private static Optional<String> difference(
      List<Long> shape, Optional<DType> wanted, TensorSpec tensor) {
    if (!tensor.shape().equals(shape)) {
      return Optional.of(
          "shape %s differs from %s in the network".formatted(tensor.shape(), shape));
    }
    if (wanted.isEmpty()) {
      return Optional.of("the network has elements there that checkpoints do not hold");
    }
    DType dtype = wanted.get();
    if (tensor.dtype() == dtype || Widening.isExact(tensor.dtype(), dtype)) {
      return Optional.empty();
    }
    return Optional.of(
        tensor.dtype().isFloat() && dtype.isFloat()
            ? "%s does not fit into the network's %s without rounding; write the checkpoint with --out-dtype %s"
                .formatted(tensor.dtype(), dtype, dtype)
            : "is %s, but the network has %s there".formatted(tensor.dtype(), dtype));
  }
}
