package dev.stockpot.statistics;

import dev.stockpot.statistics.Differences.Values;
import java.util.Arrays;
import java.util.SplittableRandom;

/// How the mean difference between two candidates would vary over other samples of examples: those
/// at hand are drawn again with replacement, in pairs, within each set. The same seed gives the
/// same numbers.
///
/// Where there are only counts of values, counts are drawn: the multinomial distribution is that of
/// drawing example by example.
public final class Bootstrap {
  private final double[] means;
  private final double mean;
  private final double acceleration;

  /// @param resamples how often all examples are drawn
  /// @param seed of the random numbers
  public Bootstrap(Differences differences, int resamples, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    means = new double[resamples];
    for (int i = 0; i < resamples; i++) {
      double sum = 0;
      for (Values set : differences.sets()) {
        sum += set.isCounted() ? meanOfCounts(set, random) : meanOfExamples(set, random);
      }
      means[i] = sum / differences.sets().size();
    }
    Arrays.sort(means);
    mean = differences.mean();
    acceleration = acceleration(differences);
  }

  /// Between the quantiles of the resamples' means.
  ///
  /// @param confidence such as 0.95
  public Interval percentile(double confidence) {
    return new Interval(quantile((1 - confidence) / 2), quantile((1 + confidence) / 2));
  }

  /// The same, corrected for bias and skewness.
  ///
  /// @param confidence such as 0.95
  /// @see <a href="https://doi.org/10.1080/01621459.1987.10478410">Efron 1987</a>
  public Interval bca(double confidence) {
    int below = 0;
    int upTo = 0;
    for (double resampled : means) {
      below += resampled < mean ? 1 : 0;
      upTo += resampled <= mean ? 1 : 0;
    }
    double bias = Normal.quantile((below + upTo) / (2.0 * means.length));
    if (Double.isInfinite(bias) || Double.isNaN(acceleration)) {
      // All resamples are the same: there is nothing to correct.
      return percentile(confidence);
    }
    return new Interval(
        quantile(corrected(bias, (1 - confidence) / 2)),
        quantile(corrected(bias, (1 + confidence) / 2)));
  }

  private double corrected(double bias, double probability) {
    double z = bias + Normal.quantile(probability);
    return Normal.atMost(bias + z / (1 - acceleration * z));
  }

  /// Linear between neighbours.
  private double quantile(double probability) {
    double place = probability * (means.length - 1);
    int left = (int) place;
    int right = Math.min(left + 1, means.length - 1);
    return means[left] + (place - left) * (means[right] - means[left]);
  }

  private static double meanOfExamples(Values set, SplittableRandom random) {
    double sum = 0;
    for (long i = 0; i < set.examples(); i++) {
      sum += set.value(random.nextInt(set.size()));
    }
    return sum / set.examples();
  }

  private static double meanOfCounts(Values set, SplittableRandom random) {
    long left = set.examples();
    long drawn = set.examples();
    double sum = 0;
    for (int i = 0; i < set.size() && drawn > 0; i++) {
      long count = set.count(i);
      long hits = count == left ? drawn : new Binomial(drawn, (double) count / left).draw(random);
      sum += set.value(i) * hits;
      left -= count;
      drawn -= hits;
    }
    return sum / set.examples();
  }

  /// A sixth of the skewness of the examples' influences on the mean; NaN if there is none.
  private static double acceleration(Differences differences) {
    double squares = 0;
    double cubes = 0;
    for (Values set : differences.sets()) {
      double mean = set.mean();
      for (int i = 0; i < set.size(); i++) {
        double influence = (set.value(i) - mean) / set.examples();
        squares += set.count(i) * influence * influence;
        cubes += set.count(i) * influence * influence * influence;
      }
    }
    return cubes / (6 * StrictMath.pow(squares, 1.5));
  }
}
