package dev.stockpot.search;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.eval.Evaluation;
import dev.stockpot.eval.Evaluator;
import dev.stockpot.eval.Metrics;
import dev.stockpot.eval.Predictions;
import dev.stockpot.eval.Targets;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Consumer;

/// Looks scores up by the members of a soup, which the checkpoints of a [TestKitchen] tell, and
/// remembers what it was asked.
final class LookUpEvaluator implements Evaluator {
  private final boolean higherIsBetter;
  private final Scores scores;
  private final Optional<int[]> labels;
  private final List<String> calls = new ArrayList<>();

  /// What the members of a soup, as bits, get on a set.
  interface Scores {
    Evaluation of(int members, String set);
  }

  private LookUpEvaluator(boolean higherIsBetter, Scores scores, Optional<int[]> labels) {
    this.higherIsBetter = higherIsBetter;
    this.scores = scores;
    this.labels = labels;
  }

  /// One score per soup, the same on all sets; no logits.
  static LookUpEvaluator ofScores(boolean higherIsBetter, double... byMembers) {
    return new LookUpEvaluator(
        higherIsBetter, (members, set) -> score(set, byMembers[members]), Optional.empty());
  }

  /// Predictions per soup, the same on all sets.
  static LookUpEvaluator ofLogits(int[] labels, Map<Integer, Predictions> byMembers) {
    return new LookUpEvaluator(
        true,
        (members, set) ->
            Evaluation.of(set, byMembers.get(members), new Targets.Classes(labels), Metrics.ALL),
        Optional.of(labels));
  }

  /// Members and set of every measurement of a checkpoint, in order: `5 select`.
  List<String> calls() {
    return calls;
  }

  @Override
  public List<String> check(Checkpoint candidate) {
    return List.of();
  }

  @Override
  public void evaluate(Checkpoint candidate, Collection<String> sets, Consumer<Evaluation> done) {
    float[] values = candidate.tensor("w").data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    int members = 0;
    for (int i = 0; i < values.length; i++) {
      members |= values[i] == 0 ? 0 : 1 << i;
    }
    for (String set : sets) {
      calls.add(members + " " + set);
      done.accept(scores.of(members, set));
    }
  }

  @Override
  public Evaluation measure(String set, Predictions predictions) {
    return Evaluation.of(set, predictions, new Targets.Classes(labels.orElseThrow()), Metrics.ALL);
  }

  @Override
  public boolean givesPredictions() {
    return labels.isPresent();
  }

  @Override
  public boolean higherIsBetter() {
    return higherIsBetter;
  }

  @Override
  public void close() {}

  private static Evaluation score(String set, double value) {
    SequencedMap<String, Double> metrics = new LinkedHashMap<>(Map.of("accuracy", value));
    BitSet correct = new BitSet();
    return new Evaluation(set, 10, metrics, Optional.of(correct), Optional.empty());
  }
}
