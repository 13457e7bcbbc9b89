package dev.stockpot.report;

import java.util.List;

/// How much better a soup of two is than their ensemble, approximated and measured.
///
/// @param pairs of ingredients
/// @see <a href="https://arxiv.org/abs/2203.05482">Wortsman et al. 2022, section 4</a>
public record Approximation(List<Pair> pairs) {

  /// One pair.
  ///
  /// @param first ingredient
  /// @param second ingredient
  /// @param approximated difference of the losses, soup minus ensemble
  /// @param measured the same, measured
  public record Pair(String first, String second, double approximated, double measured) {}

  public Approximation {
    pairs = List.copyOf(pairs);
  }
}
