package dev.stockpot.search;

import dev.stockpot.Progress;
import dev.stockpot.eval.Attempt;
import dev.stockpot.eval.Bar;
import dev.stockpot.recipe.Ingredient;
import java.util.ArrayList;
import java.util.List;

/// The greedy search: from the first ingredient on, each that does no harm on `select` is kept.
///
/// @see <a href="https://arxiv.org/abs/2203.05482">Wortsman et al. 2022, Recipe 1</a>
final class Greedy {
  private final Kitchen kitchen;
  private final GreedyRule rule;
  private final Mixture mixture;
  private final List<Ingredient> members = new ArrayList<>();
  private final List<Trial> trace = new ArrayList<>();
  private double best;

  private Greedy(Kitchen kitchen, GreedyRule rule, Mixture mixture) {
    this.kitchen = kitchen;
    this.rule = rule;
    this.mixture = mixture;
  }

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
  /// @param trace a trial for each ingredient after the first, and those of further passes
  /// @param score of the members on `select`
  record Found(List<Ingredient> members, List<Trial> trace, double score) {}

  /// Searches.
  ///
  /// @param order in which ingredients are tried; the first is a member without a trial
  static Found search(Kitchen kitchen, List<Ingredient> order, GreedyRule rule, Mixture mixture) {
    Greedy greedy = new Greedy(kitchen, rule, mixture);
    greedy.begin(order.getFirst());
    List<Ingredient> left = new ArrayList<>(order.subList(1, order.size()));
    boolean grown = true;
    for (int pass = 1; grown && pass <= rule.passes(); pass++) {
      greedy.pass(left);
      grown = left.removeAll(greedy.members);
    }
    return new Found(List.copyOf(greedy.members), greedy.trace, greedy.best);
  }

  private void begin(Ingredient first) {
    members.add(first);
    best = kitchen.score(first);
    mixture.add(first);
  }

  /// Tries each once.
  private void pass(List<Ingredient> candidates) {
    Progress.Total total = new Progress.Total(candidates.size(), Progress.Unit.CANDIDATES);
    try (Progress.Task task = kitchen.progress().begin("greedy search", total)) {
      for (int i = 0; i < candidates.size(); i++) {
        Ingredient candidate = candidates.get(i);
        List<Ingredient> next = new ArrayList<>();
        if (i + 1 < candidates.size()) {
          next.addAll(members);
          next.add(candidates.get(i + 1));
        }
        members.add(candidate);
        double bar = best;
        Bar.Test passes = score -> rule.keeps(score, bar, kitchen.higherIsBetter());
        Attempt attempt = mixture.attempt(members, next, passes);
        Trial trial = Trial.of(candidate.name(), kitchen, attempt, passes);
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
  }
}
