package dev.stockpot.eval;

import java.util.List;

/// Turns what a network gives into a row of predictions per example.
public interface Head {

  /// The network's output is the predictions: a row per example.
  Head ROWS = (output, batch) -> rows(output, batch);

  /// A row for each example of a batch.
  ///
  /// @throws EvaluationException if the output is of another shape
  Predictions of(Output output, Batch batch);

  private static Predictions rows(Output output, Batch batch) {
    List<Long> shape = output.shape();
    if (shape.isEmpty() || shape.size() > 2 || shape.getFirst() != batch.size()) {
      throw new EvaluationException(
          "the model gave %s for %d examples; its output must be one row per example"
              .formatted(shape, batch.size()));
    }
    int width = shape.size() == 1 ? 1 : Math.toIntExact(shape.getLast());
    return new Predictions(batch.size(), width, output.values());
  }
}
