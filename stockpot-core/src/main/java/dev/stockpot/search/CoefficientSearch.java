package dev.stockpot.search;

import dev.stockpot.Progress;
import dev.stockpot.recipe.Ingredient;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Coefficients found by trying: an evolution strategy (CMA-ES) looks for the weights of the
/// ingredients, for the whole model or for each group of layers, with which the soup is best on
/// `select`. Never worse there than where it starts.
///
/// A point of the search has a number in `[0, 1]` per group and ingredient; the weights are these
/// numbers over their sum in the group.
///
/// @param groups parts of tensor names: a tensor belongs to the first that is in its name, those
///   without one are a group as well; no groups are one for all
/// @param start a soup cooked before, whose shares are the first point; all ingredients equal
///   unless it is given
/// @param budget evaluations at most
/// @param seed of the search
/// @see <a href="https://arxiv.org/abs/1604.00772">Hansen 2016, "The CMA evolution strategy"</a>
public record CoefficientSearch(
    List<String> groups,
    Optional<String> start,
    int budget,
    int seed,
    Optional<Minimizer> minimizer)
    implements Recipe {
  static final RecipeDefinition DEFINITION =
      new RecipeDefinition(
          "search",
          Set.of(Need.MINIMIZER),
          List.of(
              RecipeParameter.optional("groups", new ParameterType.Names()),
              RecipeParameter.optional("start", new ParameterType.Name()),
              RecipeParameter.count("budget", 100),
              RecipeParameter.seed()),
          Optional.of("many evaluations"),
          arguments ->
              new CoefficientSearch(
                  arguments.names("groups"),
                  arguments.find("start", String.class),
                  arguments.count("budget"),
                  arguments.count("seed"),
                  Minimizer.find()));

  /// A cost for soups whose score is NaN: worse than any, and still a number.
  private static final double WORST = 1e100;

  public CoefficientSearch {
    groups = List.copyOf(groups);
  }

  @Override
  public RecipeDefinition definition() {
    return DEFINITION;
  }

  @Override
  public List<String> faults(List<Ingredient> ingredients, List<String> before) {
    List<String> faults =
        new ArrayList<>(
            start
                .map(name -> WiseFt.unknown("start", name, ingredients, before))
                .orElse(List.of()));
    Set<String> tensors = ingredients.getFirst().checkpoint().tensors().keySet();
    Mixtures.Groups all = new Mixtures.Groups(groups);
    for (int i = 0; i < groups.size(); i++) {
      int group = i;
      if (tensors.stream().noneMatch(tensor -> all.of(tensor) == group)) {
        faults.add(
            "'groups': no tensor is left for '%s', such as '%s'"
                .formatted(groups.get(i), tensors.iterator().next()));
      }
    }
    return faults;
  }

  @Override
  public Cost cost(Extent extent) {
    return new Cost(budget - 1L, 1).making(1);
  }

  @Override
  public List<Choice> choose(Kitchen kitchen) {
    Progress.Total total = new Progress.Total(budget, Progress.Unit.CANDIDATES);
    try (Progress.Task task = kitchen.progress().begin("searching coefficients", total)) {
      Tasting tasting = new Tasting(kitchen, task);
      double[] first = start(kitchen);
      tasting.cost(first);
      minimizer.orElseThrow().minimize(tasting::cost, first, budget - 1, seed);
      // It may end early.
      task.skip(Math.max(0, budget - tasting.trace.size()));
      return List.of(new Choice(name(), tasting.best, tasting.trace));
    }
  }

  private double[] start(Kitchen kitchen) {
    List<Ingredient> ingredients = kitchen.ingredients();
    Map<String, Double> shares =
        start
            .map(name -> (Map<String, Double>) kitchen.named(name).orElseThrow().soup().weights())
            .orElse(Dish.equal(ingredients));
    double[] point = new double[(groups.size() + 1) * ingredients.size()];
    double most =
        ingredients.stream()
            .mapToDouble(it -> shares.getOrDefault(it.name(), 0.0))
            .max()
            .orElseThrow();
    for (int i = 0; i < point.length; i++) {
      String name = ingredients.get(i % ingredients.size()).name();
      // In the middle, so that weights may grow as well as shrink; only their ratios count.
      point[i] = most == 0 ? 0.5 : 0.5 * shares.getOrDefault(name, 0.0) / most;
    }
    return point;
  }

  /// Tries points and remembers the best.
  private final class Tasting {
    private final Kitchen kitchen;
    private final Progress.Task task;
    private final List<Trial> trace = new ArrayList<>();
    private Dish.Soup best;
    private double bestScore = Double.NaN;

    Tasting(Kitchen kitchen, Progress.Task task) {
      this.kitchen = kitchen;
      this.task = task;
    }

    double cost(double... point) {
      Dish.Soup soup = soup(point);
      double score = kitchen.score(soup);
      task.advance(1);
      boolean better =
          best == null
              || (Double.isNaN(bestScore) && !Double.isNaN(score))
              || Accept.GT.test(score, bestScore, kitchen.higherIsBetter());
      if (better) {
        best = soup;
        bestScore = score;
      }
      trace.add(Trial.of(soup.weights().toString(), score, better));
      double cost = kitchen.higherIsBetter() ? -score : score;
      return Double.isNaN(cost) ? WORST : Math.clamp(cost, -WORST, WORST);
    }

    private Dish.Soup soup(double... point) {
      int n = kitchen.ingredients().size();
      List<List<Double>> weights = new ArrayList<>();
      for (int from = 0; from < point.length; from += n) {
        List<Double> group = Arrays.stream(point, from, from + n).boxed().toList();
        boolean none = group.stream().allMatch(weight -> weight == 0);
        weights.add(none ? Collections.nCopies(n, 1.0) : group);
      }
      return Mixtures.mean(kitchen, kitchen.ingredients(), weights, new Mixtures.Groups(groups));
    }
  }
}
