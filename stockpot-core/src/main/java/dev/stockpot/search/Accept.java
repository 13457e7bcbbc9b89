package dev.stockpot.search;

import java.util.Locale;

/// When a greedy soup keeps a candidate.
public enum Accept {
  /// When it is at least as good as the soup so far: the paper's rule.
  GE,
  /// When it is better: the rule of the authors' released code.
  GT;

  /// The rule of that name, `ge` or `gt`.
  static Accept of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }

  /// Whether a candidate's score is good enough; NaN never is.
  ///
  /// @param higherIsBetter whether scores are better when they are higher
  public boolean test(double candidate, double best, boolean higherIsBetter) {
    boolean better = higherIsBetter ? candidate > best : candidate < best;
    return better || (this == GE && candidate == best);
  }
}
