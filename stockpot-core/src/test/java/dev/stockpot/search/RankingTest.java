package dev.stockpot.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.Evaluation;
import dev.stockpot.eval.Role;
import dev.stockpot.eval.SetSpec;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

/// Scores are of the sets in their order, `select` first.
class RankingTest {
  private static final EvalSpec IN_AND_SHIFTS =
      TestKitchen.spec("accuracy", Role.ID, Role.SHIFT, Role.SHIFT);
  private static final EvalSpec LOSS = TestKitchen.spec("loss", Role.ID);
  private static final EvalSpec ONLY_SELECT = TestKitchen.spec("loss");

  @Test
  void reportSetsOrderAndSelectDoesNot() {
    assertThat(
            order(
                IN_AND_SHIFTS,
                true,
                single(IN_AND_SHIFTS, "a", 0.9, 0.5, 0.9, 0.9),
                single(IN_AND_SHIFTS, "b", 0.1, 0.6, 0.1, 0.1),
                single(IN_AND_SHIFTS, "c", 0.5, 0.5, 1, 0.9)))
        .containsExactly("b", "c", "a");
  }

  @Test
  void namesOrderWhatIsEqualAndNanIsLast() {
    assertThat(
            order(
                LOSS,
                false,
                single(LOSS, "n", 0.1, Double.NaN),
                single(LOSS, "b", 0.3, 0.5),
                single(LOSS, "a", 0.4, 0.5),
                single(LOSS, "c", 0.9, 0.4)))
        .containsExactly("c", "a", "b", "n");
  }

  @Test
  void selectOrdersWhereThereIsNothingElse() {
    assertThat(order(ONLY_SELECT, false, single(ONLY_SELECT, "a", 2), single(ONLY_SELECT, "b", 1)))
        .containsExactly("b", "a");
  }

  @Test
  void shiftsOrderWhereThereIsNoOtherReportSet() {
    EvalSpec shifts = TestKitchen.spec("accuracy", Role.SHIFT, Role.SHIFT);
    assertThat(
            order(
                shifts, true, single(shifts, "a", 1, 0.5, 0.5), single(shifts, "b", 0, 0.5, 0.75)))
        .containsExactly("b", "a");
  }

  @Test
  void meanOfShiftsIsUnweighted() {
    Ranking ranking = new Ranking(IN_AND_SHIFTS, true);
    Result result = single(IN_AND_SHIFTS, "a", 0.9, 0.8, 0.5, 0.25);
    assertThat(ranking.mean(result, Role.SHIFT)).hasValue(0.375);
    assertThat(ranking.mean(result, Role.ID)).hasValue(0.8);
    assertThat(new Ranking(LOSS, false).mean(single(LOSS, "a", 1, 2), Role.SHIFT)).isEmpty();
  }

  @Test
  void soupIsChosenOnSelectAmongThoseThatAreOneModel() {
    List<Result> results =
        List.of(
            single(IN_AND_SHIFTS, "a", 0.5, 1, 0, 0),
            single(IN_AND_SHIFTS, "b", 0.75, 0.25, 0, 0),
            cooked(IN_AND_SHIFTS, "best", 1, 0.75, 0.25, 0, 0),
            cooked(IN_AND_SHIFTS, "uniform", 3, 0.5, 1, 0, 0),
            cooked(IN_AND_SHIFTS, "greedy", 2, 1, 0.5, 0.5, 0.25),
            cooked(IN_AND_SHIFTS, "ensemble", 3, 1, 1, 1, 1));
    Ranking ranking = new Ranking(IN_AND_SHIFTS, true);
    assertThat(ranking.chosen(results).orElseThrow().name()).isEqualTo("greedy");
  }

  @Test
  void soupThatIsWorseOnSelectIsNotChosen() {
    List<Result> results =
        List.of(
            single(IN_AND_SHIFTS, "a", 0.75, 0.25, 0, 0),
            cooked(IN_AND_SHIFTS, "uniform", 2, 0.5, 1, 1, 1));
    Ranking ranking = new Ranking(IN_AND_SHIFTS, true);
    assertThat(ranking.chosen(results)).isEmpty();
  }

  @Test
  void ofEqualsOnSelectTheSoupOfMoreIsChosen() {
    List<Result> results =
        List.of(
            cooked(LOSS, "best", 1, 0.5, 0),
            cooked(LOSS, "greedy", 2, 0.5, 0),
            cooked(LOSS, "uniform", 3, Double.NaN, 0));
    assertThat(new Ranking(LOSS, false).chosen(results).orElseThrow().name()).isEqualTo("greedy");
    assertThat(new Ranking(LOSS, false).chosen(List.of())).isEmpty();
  }

  private static List<String> order(EvalSpec spec, boolean higherIsBetter, Result... results) {
    return new Ranking(spec, higherIsBetter)
        .order(List.of(results)).stream().map(Result::name).toList();
  }

  @Test
  void setsCountByTheirWeights() {
    EvalSpec plain = TestKitchen.spec("accuracy", Role.SHIFT, Role.SHIFT, Role.SHIFT);
    List<SetSpec> sets =
        plain.report().stream()
            .map(set -> {
              double weight = set.name().equals("shift-2") ? 2 : 1;
              return new SetSpec(set.name(), set.role(), set.source(), Optional.empty(), weight);
            })
            .toList();
    EvalSpec weighted =
        new EvalSpec(plain.evaluator(), plain.input(), plain.select(), sets, plain.task());
    Result result = single(plain, "a", 0, 0.5, 0.25, 1);
    assertThat(new Ranking(plain, true).mean(result, Role.SHIFT)).hasValue(1.75 / 3);
    assertThat(new Ranking(weighted, true).mean(result, Role.SHIFT)).hasValue(0.5);
    assertThat(new Ranking(weighted, true).mean(result, Role.ID)).isEmpty();
  }

  private static Result single(EvalSpec spec, String name, double... scores) {
    return result(spec, name, Result.INDIVIDUAL, 1, scores);
  }

  private static Result cooked(EvalSpec spec, String recipe, int ingredients, double... scores) {
    return result(spec, recipe, recipe, ingredients, scores);
  }

  /// Accuracies come with counts of four examples.
  private static Result result(
      EvalSpec spec, String name, String recipe, int ingredients, double... scores) {
    SequencedMap<String, Double> shares = new LinkedHashMap<>();
    for (int i = 0; i < ingredients; i++) {
      shares.put("ingredient " + i, 1.0 / ingredients);
    }
    SequencedMap<String, Evaluation> evaluations = new LinkedHashMap<>();
    for (SetSpec set : spec.sets()) {
      double score = scores[evaluations.size()];
      SequencedMap<String, Double> metrics = new LinkedHashMap<>(Map.of(spec.metric(), score));
      BitSet correct = new BitSet();
      correct.set(0, (int) (4 * score));
      boolean counted = spec.metric().equals("accuracy");
      evaluations.put(
          set.name(),
          new Evaluation(
              set.name(),
              4,
              metrics,
              counted ? Optional.of(correct) : Optional.empty(),
              Optional.empty()));
    }
    return new Result(name, recipe, shares, evaluations);
  }
}
