package dev.stockpot.search;

import java.util.List;
import java.util.OptionalDouble;

/// What a recipe made against the best single model on `select`.
///
/// @param result that the recipe made
/// @param gainOnSelect by how much it is better there, where both were chosen
/// @param contrasts by every measure
/// @param primary the contrast by the measure that counts
/// @param holm p-value by the primary measure, adjusted for all recipes that are compared; absent
///   where there is no p-value
public record Comparison(
    Result result,
    double gainOnSelect,
    List<Contrast> contrasts,
    Contrast primary,
    OptionalDouble holm) {

  public Comparison {
    contrasts = List.copyOf(contrasts);
  }

  /// How much of the gain on `select` is not there by the primary measure: the price of having
  /// chosen on it.
  public double optimism() {
    return gainOnSelect - primary.gain();
  }
}
