package dev.stockpot.report;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// How much worse a soup of two is than their ensemble, approximated and measured.
///
/// @param pairs of ingredients
/// @see <a href="https://arxiv.org/abs/2203.05482">Wortsman et al. 2022, section 4</a>
public record Approximation(List<Pair> pairs) {

  /// One pair.
  ///
  /// @param first ingredient
  /// @param second ingredient
  /// @param set on which, where that is said
  /// @param alpha share of the second, where that is said
  /// @param approximated difference of the losses, soup minus ensemble
  /// @param measured the same, measured
  /// @param error difference of the shares of errors, measured
  public record Pair(
      String first,
      String second,
      Optional<String> set,
      OptionalDouble alpha,
      double approximated,
      double measured,
      OptionalDouble error) {}

  public Approximation {
    pairs = List.copyOf(pairs);
  }
}
