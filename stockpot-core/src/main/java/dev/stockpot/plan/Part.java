package dev.stockpot.plan;

import dev.stockpot.recipe.MergeConfig.Module;
import dev.stockpot.recipe.MergeConfig.Slice;
import dev.stockpot.recipe.MergeConfig.Source;
import dev.stockpot.recipe.ModelReference;
import dev.stockpot.recipe.Place;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.ToDoubleFunction;

/// A part of the output whose tensors are all made from the same models.
///
/// @param at where the config says so
/// @param slice that it is, if it is one
/// @param inputs in the order of the config; a base that the config does not list comes last
/// @param base of the task vectors
/// @param depth of an output's tensor among the layers of this part
/// @param outputDepth the same among all layers of the output
record Part(
    Place at,
    Module module,
    Optional<Slice> slice,
    List<Input> inputs,
    Optional<ModelReference> base,
    ToDoubleFunction<String> depth,
    ToDoubleFunction<String> outputDepth) {

  Part {
    inputs = List.copyOf(inputs);
  }

  /// A model and its tensors in this part.
  ///
  /// @param names of its tensors, by the output's
  record Input(Source source, Model model, Scope scope, SequencedMap<String, String> names) {

    static Input of(Source source, Model model, Scope scope) {
      SequencedMap<String, String> names = new LinkedHashMap<>();
      for (String tensor : model.checkpoint().tensors().keySet()) {
        scope.output(tensor).ifPresent(output -> names.put(output, tensor));
      }
      return new Input(source, model, scope, names);
    }
  }

  /// Index of the base among the inputs.
  Optional<Integer> baseIndex() {
    for (int i = 0; i < inputs.size(); i++) {
      if (base.isPresent() && inputs.get(i).source().model().equals(base.get())) {
        return Optional.of(i);
      }
    }
    return Optional.empty();
  }
}
