package dev.stockpot.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.Evaluation;
import dev.stockpot.eval.ExampleMetric;
import dev.stockpot.eval.Metrics;
import dev.stockpot.eval.Resampling;
import dev.stockpot.eval.Role;
import dev.stockpot.eval.Targets;
import dev.stockpot.statistics.Interval;
import dev.stockpot.statistics.PairedResamples;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

/// Golden values from SciPy 1.17.1: `permutation_test` over all exchanges of paired samples, and
/// `bootstrap` (paired, percentile, 200 000 resamples).
class PairedSetTest {
  private static final int[] LABELS = {0, 1, 1, 0, 1, 0, 1, 1, 0, 1};
  private static final double[] OURS = {0, 1, 1, 0, 1, 1, 1, 1, 0, 1};
  private static final double[] THEIRS = {0, 0, 1, 1, 1, 1, 0, 1, 0, 0};

  @Test
  void f1IsComparedByAllExchangesOfFewExamples() {
    assertThat(pValue(f1(LABELS, OURS, THEIRS), 1024)).isEqualTo(128.0 / 1024);
    // Of as many draws as there are exchanges less one, about as many are as extreme.
    assertThat(pValue(f1(LABELS, OURS, THEIRS), 1023)).isCloseTo(0.125, within(0.04));
  }

  @Test
  void rankCorrelationsAreComparedToo() {
    double[] values = {.3, 1.2, 2.2, .1, 1.9, 3.3, 2.8, .7, 1.1, 2.5};
    double[] ours = {.4, 1.0, 2.5, .2, 1.5, 3.0, 2.9, .5, 1.3, 2.0};
    double[] theirs = {1.4, .3, 2.1, .9, .5, 2.0, 2.6, 1.8, .4, 2.7};
    Resampling spearman =
        new Resampling((ExampleMetric) Metrics.named("spearman"), new Targets.Values(values));
    assertThat(pValue(new PairedSet(spearman, 1, ours, theirs), 1024)).isEqualTo(4.0 / 1024);
  }

  @Test
  void theIntervalIsThatOfPairedResamples() {
    int[] labels =
        digits(
            "01110011001001001100111110010000100010100100000111010110100101000101011100111000011101100111111100110111101100000111110010101101011000111111100001101110010111010100111011001100001001101010101010011001");
    PairedSet pair =
        f1(
            labels,
            numbers(
                "01010011101001001100111110010000000011100100000111110110100100000100001100111010011001000111111100110111001100010111110011101101011001011101100001101110010111010000111111001000101001101011101011001001"),
            numbers(
                "01110001101001011100110110010000000100010100000110000110100111111101011100111101000001100111101110111011001100100111001010111101011001110111100011110111000110011101100100101011101011101110101110100011"));
    Interval found = resamples(List.of(pair), 5000).interval(0.95);
    assertThat(found.low()).isCloseTo(0.0794, within(0.005));
    assertThat(found.high()).isCloseTo(0.2266, within(0.005));
  }

  @Test
  void twoEqualCandidatesDifferByChance() {
    PairedSet same = f1(LABELS, OURS, OURS);
    assertThat(pValue(same, 100)).isEqualTo(1);
    assertThat(resamples(List.of(same), 100).interval(0.95)).isEqualTo(new Interval(0, 0));
  }

  /// A second set of the same examples says nothing new; one of other examples does.
  @Test
  void setsOfOneSizeAreTheSameExamplesOthersAreNot() {
    PairedSet set = f1(LABELS, OURS, THEIRS);
    assertThat(resamples(List.of(set, set), 1024).pValue()).isEqualTo(128.0 / 1024);
    PairedSet other = f1(new int[] {1, 1, 0}, new double[] {1, 1, 0}, new double[] {0, 1, 1});
    assertThat(resamples(List.of(set, other), 8192).pValue()).isLessThan(0.125);
  }

  @Test
  void resultsAreComparedByIt() {
    EvalSpec eval = TestKitchen.spec("f1", Role.ID);
    Resampling resampling = f1(LABELS, OURS, THEIRS).resampling();
    Comparisons comparisons =
        Comparisons.of(
                new Ranking(eval, true),
                List.of(
                    result(eval, "a", Result.INDIVIDUAL, THEIRS),
                    result(eval, "greedy", "greedy", OURS)),
                _ -> Optional.of(resampling))
            .orElseThrow();
    Contrast.Test test = comparisons.all().getFirst().primary().test().orElseThrow();
    assertThat(test.method()).isEqualTo(Contrast.Method.PERMUTATION);
    assertThat(test.pValue()).isEqualTo(0.125);
    assertThat(test.interval().low()).isLessThan(12.0 / 13 - 6.0 / 11);
    assertThat(comparisons.all().getFirst().holm().orElseThrow()).isEqualTo(0.125);
  }

  private static Result result(EvalSpec eval, String name, String recipe, double[] numbers) {
    SequencedMap<String, Evaluation> evaluations = new LinkedHashMap<>();
    eval.sets()
        .forEach(set ->
            evaluations.put(
                set.name(),
                new Evaluation(
                    set.name(),
                    LABELS.length,
                    new LinkedHashMap<>(
                        Map.of(
                            "f1",
                            f1(LABELS, numbers, numbers)
                                .resampling()
                                .metric()
                                .of(numbers, new Targets.Classes(LABELS)))),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(() -> numbers))));
    return new Result(name, recipe, new LinkedHashMap<>(Map.of(name, 1.0)), evaluations);
  }

  private static PairedSet f1(int[] labels, double[] ours, double[] theirs) {
    Resampling f1 =
        new Resampling((ExampleMetric) Metrics.named("f1"), new Targets.Classes(labels));
    return new PairedSet(f1, 1, ours, theirs);
  }

  private static double pValue(PairedSet set, int draws) {
    return resamples(List.of(set), draws).pValue();
  }

  private static PairedResamples resamples(List<PairedSet> sets, int draws) {
    int[] sizes = sets.stream().mapToInt(PairedSet::size).toArray();
    return new PairedResamples(sizes, PairedSet.gain(sets, true), draws, 0);
  }

  private static int[] digits(String text) {
    return text.chars().map(c -> c - '0').toArray();
  }

  private static double[] numbers(String text) {
    return text.chars().mapToDouble(c -> c - '0').toArray();
  }
}
