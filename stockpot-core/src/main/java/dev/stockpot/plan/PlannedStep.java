package dev.stockpot.plan;

import dev.stockpot.merge.Step;
import dev.stockpot.method.Parameters;
import dev.stockpot.recipe.ModelReference;
import java.util.List;
import java.util.Optional;

/// A step of a merge, and how it came about.
///
/// @param inputs in the order of the step's, without statistics
/// @param parameters of the method; absent where the tensor is copied
public record PlannedStep(Step step, List<Input> inputs, Optional<Parameters> parameters) {
  public PlannedStep {
    inputs = List.copyOf(inputs);
  }

  /// A tensor of a model.
  public record Input(ModelReference model, String tensor) {

    /// The number of its layer, if it is in one.
    public Optional<Integer> layer() {
      return LayerName.of(tensor).map(LayerName::index);
    }

    /// How many layers deeper than the output's it lies; negative if it lies less deep.
    public int layersFrom(String output) {
      Optional<LayerName> to = LayerName.of(output);
      return LayerName.of(tensor)
          .filter(from -> to.isPresent() && from.prefix().equals(to.get().prefix()))
          .map(from -> from.index() - to.get().index())
          .orElse(0);
    }
  }
}
