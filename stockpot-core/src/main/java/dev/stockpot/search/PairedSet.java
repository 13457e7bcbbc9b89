package dev.stockpot.search;

import dev.stockpot.eval.Evaluation;
import dev.stockpot.eval.ExampleNumbers;
import dev.stockpot.eval.Resampling;
import dev.stockpot.statistics.PairedResamples;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// What a metric needs of each example of a set, of two candidates.
///
/// @param resampling the metric over any examples
/// @param weight of the set among others
/// @param ours numbers of the one
/// @param theirs numbers of the other, as many
@SuppressWarnings("ArrayRecordComponent") // Numbers of examples; not compared.
record PairedSet(Resampling resampling, double weight, double[] ours, double[] theirs) {

  /// Absent where the numbers are not known.
  static Optional<PairedSet> of(
      Resampling resampling, double weight, Evaluation ours, Evaluation theirs) {
    Optional<double[]> numbers = ours.numbers().map(ExampleNumbers::read);
    Optional<double[]> others = theirs.numbers().map(ExampleNumbers::read);
    return numbers.isPresent() && others.isPresent() && numbers.get().length == others.get().length
        ? Optional.of(new PairedSet(resampling, weight, numbers.get(), others.get()))
        : Optional.empty();
  }

  /// Number of examples.
  int size() {
    return resampling.targets().size();
  }

  /// The gain in the mean over sets.
  static PairedResamples.Gain gain(List<PairedSet> sets, boolean higherIsBetter) {
    double weights = sets.stream().mapToDouble(PairedSet::weight).sum() * (higherIsBetter ? 1 : -1);
    return new PairedResamples.Gain() {
      @Override
      public double of(int[][] samples) {
        double sum = 0;
        for (int i = 0; i < samples.length; i++) {
          sum += sets.get(i).weight() * sets.get(i).difference(samples[i]);
        }
        return sum / weights;
      }

      @Override
      public double of(boolean[][] swapped) {
        double sum = 0;
        for (int i = 0; i < swapped.length; i++) {
          PairedSet set = sets.get(i);
          sum += set.weight() * set.swapped(swapped[i]).difference(set.all());
        }
        return sum / weights;
      }
    };
  }

  private double difference(int[] sample) {
    return resampling.of(ours, sample) - resampling.of(theirs, sample);
  }

  private int[] all() {
    return IntStream.range(0, size()).toArray();
  }

  private PairedSet swapped(boolean[] examples) {
    double[] one = ours.clone();
    double[] other = theirs.clone();
    int each = ours.length / size();
    for (int example = 0; example < size(); example++) {
      if (examples[example]) {
        System.arraycopy(theirs, example * each, one, example * each, each);
        System.arraycopy(ours, example * each, other, example * each, each);
      }
    }
    return new PairedSet(resampling, weight, one, other);
  }
}
