package dev.stockpot.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.Role;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Counts are of 1000 examples, by set, `select` first; the soup and the single model get the same
/// examples but for those that only one of them gets.
class VerdictTest {
  private static final EvalSpec TEST = TestKitchen.spec("accuracy", Role.ID);
  private static final EvalSpec TEST_AND_SHIFTS =
      TestKitchen.spec("accuracy", Role.ID, Role.SHIFT, Role.SHIFT);

  @Test
  void differenceThatIsNoiseSaysWhatWouldHaveShown() {
    assertThat(
            verdict(
                TEST,
                TestResults.single(TEST, "a", 900, 900),
                TestResults.cooked(TEST, "greedy", 3, 910, TestResults.counts(913, 30))))
        .contains(
            "greedy, a soup of 3 chosen on select, got 913 of 1000 on test-1 against 900 by a, the"
                + " single model that was best on select: 13 more; the difference is not more than"
                + " noise (exact McNemar p = 0.16; with this set a gain of at least 19 would have"
                + " shown).");
  }

  @Test
  void differenceThatIsMoreThanNoiseSaysSo() {
    assertThat(
            verdict(
                TEST,
                TestResults.single(TEST, "a", 900, 900),
                TestResults.cooked(TEST, "greedy", 3, 910, TestResults.counts(940, 10))))
        .contains(
            "greedy, a soup of 3 chosen on select, got 940 of 1000 on test-1 against 900 by a, the"
                + " single model that was best on select: 40 more; the difference is more than"
                + " noise (exact McNemar p < 0.0001).");
  }

  @Test
  void lossIsSaidAsSuch() {
    assertThat(
            verdict(
                TEST,
                TestResults.single(TEST, "a", 900, 900),
                TestResults.cooked(TEST, "greedy", 3, 910, TestResults.counts(870, 10))))
        .contains(
            "greedy, a soup of 3 chosen on select, got 870 of 1000 on test-1 against 900 by a, the"
                + " single model that was best on select: 30 fewer; the difference is more than"
                + " noise (exact McNemar p < 0.0001).");
  }

  @Test
  void whatOneComparisonShowsAmongManyMayBeNoise() {
    assertThat(
            verdict(
                TEST,
                TestResults.single(TEST, "a", 900, 900),
                TestResults.cooked(TEST, "greedy", 3, 910, TestResults.counts(914, 10)),
                TestResults.cooked(TEST, "uniform", 3, 905, TestResults.counts(900, 0)),
                TestResults.cooked(TEST, "ensemble", 3, 905, TestResults.counts(900, 0))))
        .contains(
            "greedy, a soup of 3 chosen on select, got 914 of 1000 on test-1 against 900 by a, the"
                + " single model that was best on select: 14 more; alone the difference would be"
                + " more than noise (exact McNemar p = 0.024), among all recipes compared it is not"
                + " (Holm's p = 0.073 for 3 recipes).");
  }

  @Test
  void meanOfShiftsIsToldBesideTest() {
    assertThat(
            verdict(
                TEST_AND_SHIFTS,
                TestResults.single(TEST_AND_SHIFTS, "a", 900, 900, 500, 600),
                TestResults.cooked(
                    TEST_AND_SHIFTS,
                    "greedy",
                    2,
                    910,
                    TestResults.counts(900, 0),
                    TestResults.counts(540, 0),
                    TestResults.counts(620, 0))))
        .contains(
            "greedy, a soup of 2 chosen on select, got 900 of 1000 on test-1 against 900 by a, the"
                + " single model that was best on select: the same; the difference is not more than"
                + " noise (exact McNemar p = 1.00; with this set a gain of at least 6 would have"
                + " shown). Mean of shifts: 58.00 % against 55.00 %, 3.00 points more, more than"
                + " noise (sign flips p < 0.0001).");
  }

  @Test
  void shiftsCountWhereThereIsNothingElse() {
    EvalSpec shifts = TestKitchen.spec("accuracy", Role.SHIFT, Role.SHIFT);
    assertThat(
            verdict(
                shifts,
                TestResults.single(shifts, "a", 900, 500, 600),
                TestResults.cooked(
                    shifts,
                    "greedy",
                    2,
                    910,
                    TestResults.counts(490, 5),
                    TestResults.counts(605, 5))))
        .hasValueSatisfying(text ->
            assertThat(text)
                .startsWith(
                    "greedy, a soup of 2 chosen on select, got 54.75 % in the mean of shifts"
                        + " against 55.00 % by a, the single model that was best on select: 0.25"
                        + " points less; the difference is not more than noise (sign flips p ="
                        + " 0."));
  }

  @Test
  void withoutExamplesNothingIsSaidOfNoise() {
    EvalSpec loss = TestKitchen.spec("loss", Role.ID, Role.SHIFT);
    assertThat(
            verdict(
                loss,
                TestResults.scored(loss, "a", Result.INDIVIDUAL, 1, 0.5, 0.25, 9),
                TestResults.scored(loss, "uniform", "uniform", 2, 0.4, 0.5, 8)))
        .contains(
            "uniform, a soup of 2 chosen on select, got 0.5000 on test-1 against 0.2500 by a, the"
                + " single model that was best on select: 0.2500 worse; whether that is more than"
                + " noise cannot be told without a result per example. Shift-2: 8.0000 against"
                + " 9.0000, 1.0000 better.");
  }

  @Test
  void withoutReportSetsThereIsNothingToHoldItAgainst() {
    EvalSpec alone = TestKitchen.spec("accuracy");
    assertThat(
            verdict(
                alone,
                TestResults.single(alone, "a", 900),
                TestResults.cooked(alone, "greedy", 2, 910)))
        .contains(
            "greedy, a soup of 2, got 910 of 1000 on select against 900 of 1000 by a, the best"
                + " single model; there is no report set to tell whether that holds elsewhere.");
  }

  @Test
  void noSoupThatBeatsTheBestModelIsSaid() {
    assertThat(
            verdict(
                TEST,
                TestResults.single(TEST, "b", 900, 100),
                TestResults.single(TEST, "a", 900, 50),
                TestResults.cooked(TEST, "best", 1, 900, TestResults.counts(50, 0)),
                TestResults.cooked(TEST, "uniform", 2, 899, TestResults.counts(999, 0))))
        .contains("No soup beats the best single model, a, on select: 900 of 1000.");
  }

  @Test
  void withoutSingleModelsOrSoupsThereIsNoVerdict() {
    assertThat(verdict(TEST, TestResults.cooked(TEST, "greedy", 2, 1, TestResults.counts(1, 0))))
        .isEmpty();
    assertThat(verdict(TEST, TestResults.single(TEST, "a", 1, 1))).isEmpty();
  }

  @Test
  void pValuesHaveTwoDigits() {
    assertThat(List.of(1.0, 0.114, 0.05, 0.0213, 0.00456, 0.00012, 1e-9))
        .extracting(Verdict::pValue)
        .containsExactly("1.00", "0.11", "0.050", "0.021", "0.0046", "0.0001", "< 0.0001");
  }

  private static Optional<String> verdict(EvalSpec eval, Result... results) {
    Ranking ranking = new Ranking(eval, !eval.metric().equals("loss"));
    List<Result> all = List.of(results);
    return Verdict.of(ranking, all, Comparisons.of(ranking, all, _ -> Optional.empty()));
  }
}
