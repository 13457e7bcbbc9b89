package dev.stockpot.search;

import dev.stockpot.Progress;
import dev.stockpot.recipe.Ingredient;
import java.util.ArrayList;
import java.util.List;

/// The greedy search: from the best ingredient on, each that does no harm on `select` is kept.
///
/// @see <a href="https://arxiv.org/abs/2203.05482">Wortsman et al. 2022, Recipe 1</a>
final class Greedy {
  private Greedy() {}

  /// What is grown.
  interface Mixture {
    /// The score on `select` of what these give; the last of them is a newcomer.
    double score(List<Ingredient> members);

    /// The newcomer stays.
    default void add(Ingredient newcomer) {}
  }

  static Choice search(Choice.Kind kind, Kitchen kitchen, Accept accept, Mixture mixture) {
    List<Ingredient> order = kitchen.bestFirst();
    List<Ingredient> members = new ArrayList<>(List.of(order.getFirst()));
    List<Trial> trace = new ArrayList<>();
    double best = kitchen.score(order.getFirst());
    mixture.add(order.getFirst());
    Progress.Total total = new Progress.Total(order.size() - 1L, Progress.Unit.CANDIDATES);
    try (Progress.Task task = kitchen.progress().begin("greedy search", total)) {
      for (Ingredient candidate : order.subList(1, order.size())) {
        members.add(candidate);
        double score = mixture.score(members);
        boolean accepted = accept.test(score, best, kitchen.higherIsBetter());
        trace.add(new Trial(candidate.name(), score, accepted));
        if (accepted) {
          mixture.add(candidate);
          best = score;
        } else {
          members.removeLast();
        }
        task.advance(1);
      }
    }
    return new Choice(kind, members, trace);
  }
}
