package dev.stockpot.search;

import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.Evaluation;
import dev.stockpot.eval.SetSpec;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// Results with counts of 1000 examples.
///
/// Single models get the first examples of a set. What is cooked misses some of them, the first,
/// and makes up for it behind.
final class TestResults {
  static final int N = 1000;

  private TestResults() {}

  /// @param correct how many are right
  /// @param missed how many of the first are not among them
  record Counts(int correct, int missed) {}

  static Counts counts(int correct, int missed) {
    return new Counts(correct, missed);
  }

  static Result single(EvalSpec eval, String name, int... correct) {
    List<Counts> counts = new ArrayList<>();
    for (int count : correct) {
      counts.add(new Counts(count, 0));
    }
    return counted(eval, name, Result.INDIVIDUAL, 1, counts);
  }

  /// @param select how many are right there
  static Result cooked(
      EvalSpec eval, String recipe, int ingredients, int select, Counts... report) {
    List<Counts> counts = new ArrayList<>(List.of(new Counts(select, 0)));
    counts.addAll(List.of(report));
    return counted(eval, recipe, recipe, ingredients, counts);
  }

  /// A result with a number per set, and no more.
  static Result scored(
      EvalSpec eval, String name, String recipe, int ingredients, double... scores) {
    SequencedMap<String, Evaluation> evaluations = new LinkedHashMap<>();
    for (SetSpec set : eval.sets()) {
      SequencedMap<String, Double> metrics = new LinkedHashMap<>();
      metrics.put(eval.metric(), scores[evaluations.size()]);
      evaluations.put(
          set.name(), new Evaluation(set.name(), N, metrics, Optional.empty(), Optional.empty()));
    }
    return new Result(name, recipe, shares(ingredients), evaluations);
  }

  private static Result counted(
      EvalSpec eval, String name, String recipe, int ingredients, List<Counts> counts) {
    SequencedMap<String, Evaluation> evaluations = new LinkedHashMap<>();
    for (SetSpec set : eval.sets()) {
      Counts count = counts.get(evaluations.size());
      BitSet correct = new BitSet();
      correct.set(count.missed(), count.correct() + count.missed());
      SequencedMap<String, Double> metrics =
          new LinkedHashMap<>(Map.of("accuracy", (double) count.correct() / N));
      evaluations.put(
          set.name(),
          new Evaluation(set.name(), N, metrics, Optional.of(correct), Optional.empty()));
    }
    return new Result(name, recipe, shares(ingredients), evaluations);
  }

  private static SequencedMap<String, Double> shares(int ingredients) {
    SequencedMap<String, Double> shares = new LinkedHashMap<>();
    for (int i = 0; i < ingredients; i++) {
      shares.put("ingredient " + i, 1.0 / ingredients);
    }
    return shares;
  }
}
