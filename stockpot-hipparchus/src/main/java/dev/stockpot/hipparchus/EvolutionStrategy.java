package dev.stockpot.hipparchus;

import dev.stockpot.search.Minimizer;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import org.hipparchus.exception.LocalizedCoreFormats;
import org.hipparchus.exception.MathIllegalStateException;
import org.hipparchus.optim.InitialGuess;
import org.hipparchus.optim.MaxEval;
import org.hipparchus.optim.SimpleBounds;
import org.hipparchus.optim.nonlinear.scalar.GoalType;
import org.hipparchus.optim.nonlinear.scalar.ObjectiveFunction;
import org.hipparchus.optim.nonlinear.scalar.noderiv.CMAESOptimizer;
import org.hipparchus.random.MersenneTwister;

/// The evolution strategy with an adapted covariance matrix (CMA-ES), within bounds.
///
/// @see <a href="https://arxiv.org/abs/1604.00772">Hansen 2016, "The CMA evolution strategy"</a>
public final class EvolutionStrategy implements Minimizer {
  /// First standard deviation, in a range of 1.
  private static final double SIGMA = 0.2;

  @Override
  public void minimize(
      ToDoubleFunction<double[]> function, double[] start, int evaluations, long seed) {
    if (evaluations < 1) {
      return;
    }
    int n = start.length;
    CMAESOptimizer optimizer =
        new CMAESOptimizer(
            Integer.MAX_VALUE, 0, true, 0, 0, new MersenneTwister(seed), false, (_, _, _) -> false);
    try {
      optimizer.optimize(
          new MaxEval(evaluations),
          new ObjectiveFunction(function::applyAsDouble),
          GoalType.MINIMIZE,
          new InitialGuess(start),
          new SimpleBounds(new double[n], filled(n, 1)),
          new CMAESOptimizer.Sigma(filled(n, SIGMA)),
          // Hansen's default.
          new CMAESOptimizer.PopulationSize(4 + (int) (3 * Math.log(n))));
    } catch (MathIllegalStateException e) {
      if (e.getSpecifier() != LocalizedCoreFormats.MAX_COUNT_EXCEEDED) {
        throw e;
      }
    }
  }

  private static double[] filled(int n, double value) {
    double[] values = new double[n];
    Arrays.fill(values, value);
    return values;
  }
}
