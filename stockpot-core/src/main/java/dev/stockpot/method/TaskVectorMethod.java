package dev.stockpot.method;

import dev.stockpot.merge.Layer;
import dev.stockpot.merge.MergeMethod;
import dev.stockpot.merge.Stage;

/// A method that adds task vectors to the base: all of it is in its [TaskVectors].
interface TaskVectorMethod extends MergeMethod {
  /// What this method makes of task vectors.
  TaskVectors vectors();

  @Override
  default Stage begin(Layer layer) {
    return vectors().begin(layer);
  }

  @Override
  default int passes() {
    return vectors().passes();
  }

  @Override
  default long unit(Layer layer) {
    return vectors().sparsity().unit(layer);
  }

  @Override
  default long bytes(Layer layer) {
    return vectors().sparsity().bytes(layer);
  }
}
