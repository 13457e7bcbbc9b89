package dev.stockpot.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.Role;
import dev.stockpot.statistics.McNemar;
import java.util.List;
import java.util.Optional;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/// See [TestResults]: 1000 examples a set, `select` first.
class ComparisonsTest {
  private static final EvalSpec SHIFTS =
      TestKitchen.spec("accuracy", Role.ID, Role.SHIFT, Role.SHIFT);
  private static final EvalSpec TEST = TestKitchen.spec("accuracy", Role.ID);

  @Test
  void everyRecipeButBestIsComparedByEveryMeasure() {
    Comparisons comparisons =
        of(
            SHIFTS,
            TestResults.single(SHIFTS, "a", 800, 800, 500, 400),
            TestResults.single(SHIFTS, "b", 900, 700, 500, 400),
            TestResults.cooked(SHIFTS, "best", 1, 900, counts(700), counts(500), counts(400)),
            TestResults.cooked(SHIFTS, "greedy", 2, 920, counts(710), counts(520), counts(410)),
            TestResults.cooked(SHIFTS, "ensemble", 2, 890, counts(790), counts(520), counts(390)));
    assertThat(comparisons.single().name()).isEqualTo("b");
    assertThat(comparisons.primary().name()).isEqualTo("test-1");
    assertThat(comparisons.all())
        .extracting(each -> each.result().name())
        .containsExactly("greedy", "ensemble");
    Comparison greedy = comparisons.all().getFirst();
    assertThat(greedy.contrasts())
        .extracting(contrast -> contrast.measure().name())
        .containsExactly("test-1", "shift-2", "shift-3", "mean of shifts");
    assertThat(greedy.gainOnSelect()).isCloseTo(0.02, within(1e-12));
    assertThat(greedy.primary().gain()).isCloseTo(0.01, within(1e-12));
    assertThat(greedy.optimism()).isCloseTo(0.01, within(1e-12));
    assertThat(greedy.contrasts().getLast().gain()).isCloseTo(0.015, within(1e-12));
  }

  @Test
  void holmIsOverThePrimaryMeasureOfAllRecipes() {
    Comparisons comparisons =
        of(
            TEST,
            TestResults.single(TEST, "a", 900, 900),
            TestResults.cooked(TEST, "greedy", 2, 900, TestResults.counts(914, 10)),
            TestResults.cooked(TEST, "uniform", 3, 900, TestResults.counts(880, 5)));
    double greedy = new McNemar(24, 10).pValue();
    double uniform = new McNemar(0, 20).pValue();
    assertThat(comparisons.all().getFirst().primary().test().orElseThrow().pValue())
        .isEqualTo(greedy);
    assertThat(comparisons.all().getFirst().holm().orElseThrow()).isEqualTo(greedy);
    assertThat(comparisons.all().getLast().holm().orElseThrow())
        .isCloseTo(2 * uniform, Percentage.withPercentage(1e-9));
  }

  /// What is not its recipe's recommendation is a point of a curve.
  @Test
  void pointsOfCurvesAreNotCompared() {
    Result greedy = TestResults.cooked(TEST, "greedy", 2, 920, counts(910));
    Result point = new Result("greedy@0.5", "greedy", greedy.ingredients(), greedy.evaluations());
    Comparisons comparisons = of(TEST, TestResults.single(TEST, "a", 900, 900), greedy, point);
    assertThat(comparisons.all()).extracting(Comparison::result).containsExactly(greedy);
    assertThat(comparisons.of(greedy)).isPresent();
    assertThat(comparisons.of(point)).isEmpty();
  }

  /// 20 of 1000 clusters gain one half; the sets taken for independent would give another p.
  @Test
  void setsOfOneSizeAreClustersOfExamples() {
    Comparisons comparisons =
        of(
            SHIFTS,
            TestResults.single(SHIFTS, "a", 900, 900, 500, 500),
            TestResults.cooked(SHIFTS, "greedy", 2, 900, counts(900), counts(510), counts(510)));
    Contrast mean = comparisons.all().getFirst().contrasts().getLast();
    assertThat(mean.test().orElseThrow().pValue())
        .isCloseTo(new McNemar(10, 0).pValue(), Percentage.withPercentage(1e-9));
  }

  @Test
  void robustnessIsMeasuredFromTheLineThroughTheIngredients() {
    Comparisons comparisons =
        of(
            SHIFTS,
            TestResults.single(SHIFTS, "a", 900, 900, 500, 500),
            TestResults.single(SHIFTS, "b", 901, 800, 400, 400),
            TestResults.single(SHIFTS, "c", 902, 700, 300, 300),
            TestResults.cooked(SHIFTS, "greedy", 2, 903, counts(800), counts(450), counts(450)));
    assertThat(comparisons.line()).isPresent();
    double onLine = comparisons.line().orElseThrow().at(0.8);
    assertThat(comparisons.robustness(comparisons.results().getLast()).orElseThrow())
        .isCloseTo(0.45 - onLine, within(1e-12));
    assertThat(comparisons.selectSpearman().orElseThrow()).isCloseTo(-1, within(1e-12));
    assertThat(comparisons.selectPearson().orElseThrow()).isCloseTo(-1, within(1e-12));
  }

  @Test
  void lossesAreComparedWithoutTests() {
    EvalSpec loss = TestKitchen.spec("loss", Role.ID, Role.SHIFT);
    Comparisons comparisons =
        of(
            loss,
            TestResults.scored(loss, "a", Result.INDIVIDUAL, 1, 0.5, 0.25, 9),
            TestResults.scored(loss, "uniform", "uniform", 2, 0.4, 0.5, 8));
    Comparison uniform = comparisons.all().getFirst();
    assertThat(uniform.primary().gain()).isEqualTo(-0.25);
    assertThat(uniform.gainOnSelect()).isCloseTo(0.1, within(1e-12));
    assertThat(uniform.primary().test()).isEmpty();
    assertThat(uniform.holm()).isEmpty();
    assertThat(comparisons.line()).isEmpty();
    assertThat(comparisons.robustness(uniform.result())).isEmpty();
    assertThat(StatisticsDocument.of(comparisons, Optional.of("Words.")))
        .isEqualTo(
            """
            {
              "metric": "loss",
              "higher_is_better": false,
              "against": "a",
              "primary": "test-1",
              "level": 0.05,
              "confidence": 0.95,
              "power": 0.8,
              "resamples": 10000,
              "seed": 0,
              "models": [
                {
                  "name": "a",
                  "intervals": {}
                },
                {
                  "name": "uniform",
                  "intervals": {}
                }
              ],
              "ingredients": {},
              "comparisons": [
                {
                  "name": "uniform",
                  "gain_on_select": 0.09999999999999998,
                  "gain": -0.25,
                  "selection_optimism": 0.35,
                  "measures": {
                    "test-1": {
                      "value": 0.5,
                      "against": 0.25,
                      "gain": -0.25
                    },
                    "shift-2": {
                      "value": 8.0,
                      "against": 9.0,
                      "gain": 1.0
                    }
                  }
                }
              ],
              "verdict": "Words."
            }
            """);
  }

  @Test
  void documentOfCountsHasTestsAndIntervals() {
    Comparisons comparisons =
        of(
            TEST,
            TestResults.single(TEST, "a", 900, 900),
            TestResults.cooked(TEST, "greedy", 2, 910, TestResults.counts(914, 10)));
    String document = StatisticsDocument.of(comparisons, Optional.empty());
    assertThat(document)
        .contains(
            "\"test\": \"exact-mcnemar\"",
            "\"wins\": 24",
            "\"losses\": 10",
            "\"smallest_gain\": 14",
            "\"gain_with_power\": ",
            "\"p_holm\": ",
            "\"interval\": [")
        .isEqualTo(StatisticsDocument.of(comparisons, Optional.empty()));
  }

  @Test
  void withoutReportSetsNothingIsCompared() {
    EvalSpec alone = TestKitchen.spec("accuracy");
    List<Result> results =
        List.of(TestResults.single(alone, "a", 900), TestResults.cooked(alone, "greedy", 2, 910));
    assertThat(Comparisons.of(new Ranking(alone, true), results, _ -> Optional.empty())).isEmpty();
  }

  private static TestResults.Counts counts(int correct) {
    return TestResults.counts(correct, 0);
  }

  private static Comparisons of(EvalSpec eval, Result... results) {
    return Comparisons.of(
            new Ranking(eval, !eval.metric().equals("loss")),
            List.of(results),
            _ -> Optional.empty())
        .orElseThrow();
  }
}
