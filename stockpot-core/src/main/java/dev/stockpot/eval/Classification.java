package dev.stockpot.eval;

import java.util.Optional;

/// A set whose examples have classes.
///
/// @param set its name
/// @param labels the class of each example
/// @param groups of the model's classes that it is about, if not all
@SuppressWarnings("ArrayRecordComponent") // Millions of plain numbers; they are not compared.
public record Classification(String set, int[] labels, Optional<ClassGroups> groups) {

  /// Logits of the classes that the set is about.
  ///
  /// @param predictions as the network gives them
  public Predictions of(Predictions predictions) {
    return groups.map(it -> it.of(set, predictions)).orElse(predictions);
  }
}
