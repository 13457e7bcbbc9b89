package dev.stockpot.eval;

import java.nio.file.Path;

/// A set of examples as a file names it.
///
/// @param name such as `select`, `test`, `shift-noise`
/// @param role what it is for
/// @param source where the examples are
public record SetSpec(String name, Role role, Source source) {

  /// Where examples are.
  public sealed interface Source {
    /// Two `.npy` files: inputs with the examples along the first axis, and one integer label each.
    record Arrays(Path x, Path y) implements Source {}

    /// Whatever the user's command understands by it; handed over as `{data}`.
    record Text(String data) implements Source {}
  }
}
