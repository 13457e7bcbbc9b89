package dev.stockpot.search;

import dev.stockpot.eval.Attempt;
import dev.stockpot.eval.Bar;
import dev.stockpot.eval.SetSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// Soups to choose among, each under a label.
final class Candidates {
  private final SequencedMap<String, Dish.Soup> soups = new LinkedHashMap<>();

  /// Adds one.
  ///
  /// @param label that tells it apart, such as `k=3`
  void add(String label, Dish.Soup soup) {
    soups.put(label, soup);
  }

  /// What came of a choice.
  ///
  /// @param label of the best
  /// @param trace a trial for each; accepted are those that were the best so far
  record Best(String label, Dish.Soup soup, List<Trial> trace) {}

  /// The best on `select`, of equal ones the first. Those that cannot become the best any more are
  /// given up, which makes it the way for soups that are not reported themselves.
  Best best(Kitchen kitchen) {
    return best(kitchen, kitchen::attempt);
  }

  /// The best on `select`, of equal ones the first, with all of them measured on every set at once:
  /// the way for soups that are reported anyway.
  Best bestReported(Kitchen kitchen) {
    List<String> sets = kitchen.eval().sets().stream().map(SetSpec::name).toList();
    return best(
        kitchen,
        (soup, _) -> new Attempt.Finished(kitchen.evaluate(soup, sets).get(kitchen.select())));
  }

  /// The best on `select`; the only one without looking.
  List<Choice> choose(Kitchen kitchen, String recipe) {
    if (soups.size() == 1) {
      return List.of(new Choice(recipe, soups.firstEntry().getValue()));
    }
    Best best = best(kitchen);
    return List.of(new Choice(recipe, best.soup(), best.trace()));
  }

  /// All of them as choices.
  ///
  /// @param recipe whose variants they are
  List<Choice> variants(String recipe) {
    List<Choice> variants = new ArrayList<>();
    soups.forEach((label, soup) -> variants.add(new Choice(Choice.variant(recipe, label), soup)));
    return variants;
  }

  private interface Measure {
    Attempt of(Dish.Soup soup, Bar.Test passes);
  }

  private Best best(Kitchen kitchen, Measure measure) {
    List<Trial> trace = new ArrayList<>();
    String label = soups.firstEntry().getKey();
    double best = Double.NaN;
    for (String each : soups.sequencedKeySet()) {
      double bar = best;
      Bar.Test passes =
          score ->
              Double.isNaN(bar)
                  ? !Double.isNaN(score)
                  : Accept.GT.test(score, bar, kitchen.higherIsBetter());
      Trial trial = Trial.of(each, kitchen, measure.of(soups.get(each), passes), passes);
      trace.add(trial);
      if (trial.accepted()) {
        best = trial.score().orElseThrow();
        label = each;
      }
    }
    return new Best(label, soups.get(label), trace);
  }
}
