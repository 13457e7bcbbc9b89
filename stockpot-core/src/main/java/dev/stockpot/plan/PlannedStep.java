package dev.stockpot.plan;

import dev.stockpot.merge.Step;
import dev.stockpot.method.Parameters;
import java.util.List;
import java.util.Optional;

/// A step of a merge, and how it came about.
///
/// @param inputs names of the models in the order of the step's inputs, where need be with the
///   layer that is taken from them
/// @param parameters of the method; absent where the tensor is copied
public record PlannedStep(Step step, List<String> inputs, Optional<Parameters> parameters) {
  public PlannedStep {
    inputs = List.copyOf(inputs);
  }
}
