package dev.stockpot.search;

import dev.stockpot.eval.Evaluation;
import dev.stockpot.eval.ExampleNumbers;
import dev.stockpot.eval.MeanMetric;
import dev.stockpot.eval.Metrics;
import dev.stockpot.eval.Resampling;
import dev.stockpot.eval.SetSpec;
import dev.stockpot.statistics.Bootstrap;
import dev.stockpot.statistics.Differences;
import dev.stockpot.statistics.Interval;
import dev.stockpot.statistics.McNemar;
import dev.stockpot.statistics.PairedResamples;
import dev.stockpot.statistics.SignFlips;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Two results by one measure.
///
/// @param measure by which they are compared
/// @param value of the one
/// @param against value of the other
/// @param gain by how much the one is better; negative if it is worse
/// @param test what examples say, where it is known how each of them went
public record Contrast(
    Measure measure, double value, double against, double gain, Optional<Test> test) {
  /// At which a p-value counts as showing something.
  public static final double LEVEL = 0.05;

  /// Of intervals.
  public static final double CONFIDENCE = 0.95;

  /// Chance to find a gain, for the gain that is likely to show.
  public static final double POWER = 0.8;

  /// How often examples are drawn again, or their signs.
  public static final int RESAMPLES = 10_000;

  /// The same for every comparison.
  public static final long SEED = 0;

  /// Most draws of single examples; where each has to be drawn, large sets are drawn less often.
  private static final long MOST_DRAWS = 20_000_000;

  private static final int FEWEST_RESAMPLES = 1000;

  /// Most draws of single examples, where a metric is computed anew on each sample.
  private static final long MOST_DRAWS_ANEW = 4_000_000;

  /// What tells whether a difference is more than chance.
  public enum Method {
    /// Of accuracy on one set: [McNemar].
    EXACT_MCNEMAR("exact-mcnemar", "exact McNemar"),
    /// Of other means over examples: [SignFlips].
    SIGN_FLIPS("sign-flips", "sign flips"),
    /// Of what is no mean: [PairedResamples].
    PERMUTATION("paired-permutation", "paired permutation");

    private final String key;
    private final String words;

    Method(String key, String words) {
      this.key = key;
      this.words = words;
    }

    /// In documents.
    public String key() {
      return key;
    }

    /// In sentences.
    public String words() {
      return words;
    }
  }

  /// Whether a difference is more than chance.
  ///
  /// @param pValue two-sided
  /// @param interval of the gain
  /// @param counts examples that only one of the two gets, where that is what was tested
  public record Test(Method method, double pValue, Interval interval, Optional<McNemar> counts) {}

  /// By what results are compared.
  ///
  /// @param resampling the metric over any examples of a set, by its name, where that is known
  public record Yardstick(
      String metric, boolean higherIsBetter, Function<String, Optional<Resampling>> resampling) {}

  /// Compares two results.
  static Contrast of(Measure measure, Result result, Result other, Yardstick yardstick) {
    String metric = yardstick.metric();
    boolean higherIsBetter = yardstick.higherIsBetter();
    double value = measure.value(result, metric);
    double against = measure.value(other, metric);
    // Adding 0 makes the two zeros one.
    double gain = (higherIsBetter ? value - against : against - value) + 0.0;
    return new Contrast(
        measure,
        value,
        against,
        gain,
        differences(measure, result, other, metric, higherIsBetter)
            .map(differences -> test(measure, result, other, differences, metric))
            .or(() -> anew(measure, result, other, yardstick, gain)));
  }

  private static Test test(
      Measure measure, Result result, Result other, Differences differences, String metric) {
    int resamples =
        differences.isCounted()
            ? RESAMPLES
            : Math.clamp(MOST_DRAWS / differences.examples(), FEWEST_RESAMPLES, RESAMPLES);
    Interval interval = new Bootstrap(differences, resamples, SEED).bca(CONFIDENCE);
    if (measure.sets().size() == 1 && metric.equals("accuracy")) {
      String set = measure.sets().getFirst().name();
      McNemar counts = McNemar.of(correct(result, set), correct(other, set));
      return new Test(Method.EXACT_MCNEMAR, counts.pValue(), interval, Optional.of(counts));
    }
    double pValue = SignFlips.pValue(differences, resamples, SEED);
    return new Test(Method.SIGN_FLIPS, pValue, interval, Optional.empty());
  }

  /// The test of a metric that is no mean over examples, where its numbers per example are known.
  private static Optional<Test> anew(
      Measure measure, Result result, Result other, Yardstick yardstick, double gain) {
    if (Metrics.find(yardstick.metric()).filter(MeanMetric.class::isInstance).isPresent()
        || !Double.isFinite(gain)) {
      return Optional.empty();
    }
    List<PairedSet> sets = new ArrayList<>();
    for (SetSpec set : measure.sets()) {
      Optional<PairedSet> pair =
          yardstick
              .resampling()
              .apply(set.name())
              .flatMap(resampling ->
                  PairedSet.of(
                      resampling,
                      set.weight(),
                      result.evaluations().get(set.name()),
                      other.evaluations().get(set.name())));
      if (pair.isEmpty()) {
        return Optional.empty();
      }
      sets.add(pair.get());
    }
    int[] sizes = sets.stream().mapToInt(PairedSet::size).toArray();
    int draws =
        Math.clamp(MOST_DRAWS_ANEW / Arrays.stream(sizes).sum(), FEWEST_RESAMPLES, RESAMPLES);
    PairedResamples resamples =
        new PairedResamples(sizes, PairedSet.gain(sets, yardstick.higherIsBetter()), draws, SEED);
    Interval interval = resamples.interval(CONFIDENCE);
    return Optional.of(
        new Test(Method.PERMUTATION, resamples.pValue(), interval, Optional.empty()));
  }

  /// By how much each example went better; absent where that is not known.
  ///
  /// Sets of one size are taken as one set of clusters, example by example: shifts are often made
  /// of the same examples, and where they are not, nothing is lost.
  private static Optional<Differences> differences(
      Measure measure, Result result, Result other, String metric, boolean higherIsBetter) {
    if (measure.sets().stream().mapToDouble(SetSpec::weight).distinct().count() > 1) {
      // Sets that count differently are not resampled.
      return Optional.empty();
    }
    List<double[]> sets = new ArrayList<>();
    for (SetSpec set : measure.sets()) {
      Optional<double[]> ours = contributions(result.evaluations().get(set.name()), metric);
      Optional<double[]> theirs = contributions(other.evaluations().get(set.name()), metric);
      if (ours.isEmpty() || theirs.isEmpty() || ours.get().length != theirs.get().length) {
        return Optional.empty();
      }
      double[] gains = new double[ours.get().length];
      for (int i = 0; i < gains.length; i++) {
        double more = ours.get()[i] - theirs.get()[i];
        gains[i] = higherIsBetter ? more : -more;
        if (!Double.isFinite(gains[i])) {
          return Optional.empty();
        }
      }
      sets.add(gains);
    }
    return Optional.of(Differences.of(sameSize(sets) ? List.of(mean(sets)) : sets));
  }

  private static boolean sameSize(List<double[]> sets) {
    return sets.stream().allMatch(set -> set.length == sets.getFirst().length);
  }

  private static double[] mean(List<double[]> sets) {
    double[] mean = new double[sets.getFirst().length];
    for (int i = 0; i < mean.length; i++) {
      double sum = 0;
      for (double[] set : sets) {
        sum += set[i];
      }
      mean[i] = sum / sets.size();
    }
    return mean;
  }

  /// What each example adds to the mean that the metric is; absent where it is no mean, or not
  /// known.
  private static Optional<double[]> contributions(Evaluation evaluation, String metric) {
    if (!metric.equals("accuracy")) {
      return Metrics.find(metric).filter(MeanMetric.class::isInstance).isPresent()
          ? evaluation.numbers().map(ExampleNumbers::read)
          : Optional.empty();
    }
    return evaluation
        .correct()
        .map(correct -> {
          double[] each = new double[evaluation.n()];
          correct.stream().forEach(i -> each[i] = 1);
          return each;
        });
  }

  private static BitSet correct(Result result, String set) {
    return result.evaluations().get(set).correct().orElseThrow();
  }
}
