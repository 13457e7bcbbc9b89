package dev.stockpot.cli.miniature;

import java.util.function.ToDoubleFunction;

/// A claim of the papers as a number per pool, with what would count for it, declared before
/// anything is measured.
///
/// @param text what is claimed, in a line
/// @param source the paper: `soups` or `stock`
/// @param unit of the number
/// @param side of the threshold on which the number is to lie
/// @param threshold in the number's own unit
/// @param of the number that a pool gives; NaN where it gives none
public record Claim(
    String text, String source, Unit unit, Side side, double threshold, ToDoubleFunction<Pool> of) {

  /// How a number is told.
  public enum Unit {
    /// A share, told in points: 0.01 is one.
    POINTS,
    /// A plain number.
    NUMBER
  }

  /// Where the number is to lie.
  public enum Side {
    /// In every pool at the threshold or above: an identity, not a tendency.
    ALWAYS_AT_LEAST,
    /// On average above.
    ABOVE,
    /// On average below.
    BELOW;

    boolean holds(double value, double threshold) {
      return switch (this) {
        case ALWAYS_AT_LEAST -> value >= threshold;
        case ABOVE -> value > threshold;
        case BELOW -> value < threshold;
      };
    }
  }
}
