package dev.stockpot.search;

import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.SetSpec;
import dev.stockpot.recipe.Ingredient;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/// The greedy soup in random orders instead of the best first: how much the order matters. Each
/// order is a variant; the one that is best on `select` is recommended.
///
/// @param rule when a candidate is kept
/// @param orders how many
/// @param seed of the orders
/// @see <a href="https://arxiv.org/abs/2203.05482">Wortsman et al. 2022, appendix on random
///   orders</a>
public record RandomGreedySoup(GreedyRule rule, int orders, int seed) implements Recipe {
  static final RecipeDefinition DEFINITION =
      new RecipeDefinition(
          "greedy-random",
          Set.of(),
          Stream.concat(
                  Stream.of(RecipeParameter.count("orders", 5), RecipeParameter.seed()),
                  GreedyRule.PARAMETERS.stream())
              .toList(),
          Optional.of("as many searches as orders"),
          arguments ->
              new RandomGreedySoup(
                  GreedyRule.of(arguments), arguments.count("orders"), arguments.count("seed")));

  @Override
  public RecipeDefinition definition() {
    return DEFINITION;
  }

  @Override
  public Cost cost(Extent extent) {
    return new GreedySoup(rule).cost(extent).times(orders);
  }

  @Override
  public List<Choice> choose(Kitchen kitchen) {
    GreedySoup greedy = new GreedySoup(rule);
    List<Ingredient> byName =
        kitchen.ingredients().stream().sorted(Comparator.comparing(Ingredient::name)).toList();
    Random random = new Random(seed);
    List<Choice> all = new ArrayList<>();
    Choice best = null;
    double bestScore = Double.NaN;
    for (int i = 1; i <= orders; i++) {
      List<Ingredient> order = new ArrayList<>(byName);
      Collections.shuffle(order, random);
      Greedy.Found found = greedy.search(kitchen, order);
      Dish.Soup soup = kitchen.mean(found.members());
      all.add(new Choice(Choice.variant(name(), String.valueOf(i)), soup, found.trace()));
      if (best == null
          || Double.isNaN(bestScore)
          || Accept.GT.test(found.score(), bestScore, kitchen.higherIsBetter())) {
        best = new Choice(name(), soup, found.trace());
        bestScore = found.score();
      }
    }
    all.addFirst(best);
    return all;
  }

  /// Mean and spread of the orders, by set.
  @Override
  public List<String> notes(List<Result> results, EvalSpec eval) {
    List<Result> each = results.stream().filter(result -> !result.isRecommended()).toList();
    List<String> bySet = new ArrayList<>();
    for (SetSpec set : eval.sets()) {
      double[] values =
          each.stream()
              .mapToDouble(result -> result.evaluations().get(set.name()).metric(eval.metric()))
              .toArray();
      bySet.add(spread(set.name(), values));
    }
    return List.of(
        "%s over %d random orders, mean ± standard deviation (least to most): %s"
            .formatted(eval.metric(), orders, String.join("; ", bySet)));
  }

  private static String spread(String set, double... values) {
    double sum = 0;
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (double value : values) {
      sum += value;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    double mean = sum / values.length;
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    double deviation = values.length == 1 ? 0 : Math.sqrt(squares / (values.length - 1));
    return String.format(
        Locale.ROOT, "%s %.4f ± %.4f (%.4f to %.4f)", set, mean, deviation, least, most);
  }
}
