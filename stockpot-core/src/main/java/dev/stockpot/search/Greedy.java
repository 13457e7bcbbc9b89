package dev.stockpot.search;

import dev.stockpot.Progress;
import dev.stockpot.eval.Attempt;
import dev.stockpot.eval.Bar;
import dev.stockpot.eval.Evaluation;
import dev.stockpot.recipe.Ingredient;
import java.util.ArrayList;
import java.util.List;

/// The greedy search: from the first ingredient on, each that does no harm on `select` is kept.
///
/// @see <a href="https://arxiv.org/abs/2203.05482">Wortsman et al. 2022, Recipe 1</a>
final class Greedy {
  private Greedy() {}

  /// What is grown.
  interface Mixture {
    /// Measures on `select` what these give; the last of them is a newcomer. May give up as soon as
    /// the bar cannot be passed any more.
    ///
    /// @param next what is attempted after it if it does not pass; nothing at the end
    Attempt attempt(List<Ingredient> members, List<Ingredient> next, Bar.Test bar);

    /// The newcomer stays.
    default void add(Ingredient newcomer) {}
  }

  /// What a search found.
  ///
  /// @param members in the order in which they were accepted, which is that of the sums
  /// @param trace a trial for each ingredient after the first
  /// @param score of the members on `select`
  record Found(List<Ingredient> members, List<Trial> trace, double score) {}

  /// Searches.
  ///
  /// @param order in which ingredients are tried; the first is a member without a trial
  static Found search(Kitchen kitchen, List<Ingredient> order, Accept accept, Mixture mixture) {
    List<Ingredient> members = new ArrayList<>(List.of(order.getFirst()));
    List<Trial> trace = new ArrayList<>();
    double best = kitchen.score(order.getFirst());
    mixture.add(order.getFirst());
    Progress.Total total = new Progress.Total(order.size() - 1L, Progress.Unit.CANDIDATES);
    try (Progress.Task task = kitchen.progress().begin("greedy search", total)) {
      for (int i = 1; i < order.size(); i++) {
        Ingredient candidate = order.get(i);
        List<Ingredient> next = new ArrayList<>(members);
        next.addAll(order.subList(i + 1, Math.min(i + 2, order.size())));
        members.add(candidate);
        double bar = best;
        Bar.Test passes = score -> accept.test(score, bar, kitchen.higherIsBetter());
        Trial trial =
            switch (mixture.attempt(members, i + 1 < order.size() ? next : List.of(), passes)) {
              case Attempt.Stopped stopped -> Trial.of(candidate.name(), stopped);
              case Attempt.Finished(Evaluation evaluation) -> {
                double score = kitchen.score(evaluation);
                yield Trial.of(candidate.name(), score, passes.passes(score));
              }
            };
        trace.add(trial);
        if (trial.accepted()) {
          mixture.add(candidate);
          best = trial.score().orElseThrow();
        } else {
          members.removeLast();
        }
        task.advance(1);
      }
    }
    return new Found(List.copyOf(members), trace, best);
  }
}
