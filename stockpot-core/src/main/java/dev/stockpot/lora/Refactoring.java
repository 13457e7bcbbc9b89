package dev.stockpot.lora;

/// How well a product of two thin matrices stands for what it was made from, in Frobenius norms.
///
/// @param module its name in the base
/// @param norm ‖Δ‖ of what was to be written
/// @param error ‖Δ − s·BA‖ of what was written, rounding included
public record Refactoring(String module, double norm, double error) {

  /// ‖Δ − s·BA‖ / ‖Δ‖; 0 if Δ is 0.
  public double relative() {
    return error == 0 ? 0 : error / norm;
  }
}
