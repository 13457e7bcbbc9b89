package dev.stockpot.search;

import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.ToDoubleFunction;

/// Looks for a low point of a function without its gradient; found by [ServiceLoader].
public interface Minimizer {

  /// Looks for a low point in `[0, 1]ⁿ`. What is found is for the function to remember.
  ///
  /// @param function never NaN
  /// @param start a point in `[0, 1]ⁿ`
  /// @param evaluations how often the function is called at most
  /// @param seed the same one leads along the same points
  void minimize(ToDoubleFunction<double[]> function, double[] start, int evaluations, long seed);

  /// The one that is installed.
  static Optional<Minimizer> find() {
    return ServiceLoader.load(Minimizer.class).findFirst();
  }
}
