import dev.stockpot.hipparchus.EvolutionStrategy;
import dev.stockpot.search.Minimizer;

/// Searches coefficients with the evolution strategy of Hipparchus.
module dev.stockpot.hipparchus {
  requires transitive dev.stockpot.core;
  requires hipparchus.core;
  requires hipparchus.optim;

  provides Minimizer with
      EvolutionStrategy;
}
