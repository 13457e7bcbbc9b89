package dev.stockpot.plan;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.recipe.ModelReference;
import dev.stockpot.tokenizer.Companions;

/// A model that is merged.
///
/// @param reference as the config names it
/// @param checkpoint open while the plan is used; its data need not be there before the plan is
///   carried out
public record Model(ModelReference reference, Checkpoint checkpoint, Companions companions) {

  /// The same with its tensors seen in another way.
  public Model seenAs(Checkpoint other) {
    return new Model(reference, other, companions);
  }
}
