package dev.stockpot.statistics;

import java.util.random.RandomGenerator;

/// The binomial distribution, to nearly all digits for any `n`.
///
/// @param n number of trials, at least 0
/// @param p chance of a success, in `(0, 1)`
/// @see <a href="https://www.r-project.org/doc/reports/CLoader-dbinom-2002.pdf">Loader 2000</a>
record Binomial(long n, double p) {

  Binomial {
    if (n < 0 || !(p > 0 && p < 1)) {
      throw new IllegalArgumentException("binomial of n = " + n + ", p = " + p);
    }
  }

  /// Chance of exactly `k` successes.
  double at(long k) {
    if (k < 0 || k > n) {
      return 0;
    }
    if (k == 0) {
      return StrictMath.exp(n * StrictMath.log1p(-p));
    }
    if (k == n) {
      return StrictMath.exp(n * StrictMath.log(p));
    }
    double exponent =
        stirlingError(n)
            - stirlingError(k)
            - stirlingError(n - k)
            - deviance((double) k, n * p)
            - deviance((double) n - k, n * (1 - p));
    return Math.sqrt(n / (2 * Math.PI * k * (n - k))) * StrictMath.exp(exponent);
  }

  /// Chance of at most `k` successes; tiny ones are as exact as others up to the mean.
  double atMost(long k) {
    if (k >= n) {
      return 1;
    }
    return k > n * p ? 1 - sum(k + 1, 1) : sum(k, -1);
  }

  /// Chance of at least `k` successes; tiny ones are as exact as others from the mean on.
  double atLeast(long k) {
    if (k <= 0) {
      return 1;
    }
    return k < n * p ? 1 - sum(k - 1, -1) : sum(k, 1);
  }

  /// A random number of successes, by inversion from the mode outwards.
  long draw(RandomGenerator random) {
    long mode = (long) ((n + 1) * p);
    double rest = random.nextDouble();
    double centre = at(mode);
    rest -= centre;
    double below = centre;
    double above = centre;
    long down = mode;
    long up = mode;
    while (rest >= 0 && (down > 0 || up < n)) {
      if (up < n) {
        above *= up(up);
        up++;
        rest -= above;
        if (rest < 0) {
          return up;
        }
      }
      if (down > 0) {
        below *= down(down);
        down--;
        rest -= below;
        if (rest < 0) {
          return down;
        }
      }
      if (above == 0 && below == 0) {
        // What is left of the random number is a rounding error.
        return mode;
      }
    }
    return mode;
  }

  /// The chances of `k` and of all beyond it, from the largest to those that no longer count.
  private double sum(long k, int step) {
    double first = at(k);
    double term = 1;
    double sum = 0;
    for (long i = k; term > sum * 1e-18; i += step) {
      sum += term;
      term *= step > 0 ? up(i) : down(i);
    }
    return Math.min(1, first * sum);
  }

  /// at(k + 1) / at(k)
  private double up(long k) {
    return (n - k) * p / ((k + 1) * (1 - p));
  }

  /// at(k − 1) / at(k)
  private double down(long k) {
    return k * (1 - p) / ((n - k + 1) * p);
  }

  /// ln n! − ln(√(2πn) (n/e)ⁿ) for n ≥ 1
  private static double stirlingError(long n) {
    if (n <= 15) {
      double factorial = 1;
      for (long i = 2; i <= n; i++) {
        factorial *= i;
      }
      return StrictMath.log(factorial)
          - 0.5 * StrictMath.log(2 * Math.PI * n)
          - n * StrictMath.log((double) n)
          + n;
    }
    double square = (double) n * n;
    double series = 1 / 1680.0 - 1 / 1188.0 / square;
    series = 1 / 1260.0 - series / square;
    series = 1 / 360.0 - series / square;
    return (1 / 12.0 - series / square) / n;
  }

  /// x ln(x / mean) + mean − x, without the cancellation near the mean.
  private static double deviance(double x, double mean) {
    double v = (x - mean) / (x + mean);
    if (Math.abs(v) >= 0.1) {
      return x * StrictMath.log(x / mean) + mean - x;
    }
    double sum = (x - mean) * v;
    double term = 2 * x * v;
    for (int j = 1; ; j++) {
      term *= v * v;
      double next = sum + term / (2 * j + 1);
      if (next == sum) {
        return sum;
      }
      sum = next;
    }
  }
}
