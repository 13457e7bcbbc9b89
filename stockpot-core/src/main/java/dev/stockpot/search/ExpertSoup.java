package dev.stockpot.search;

import dev.stockpot.eval.Evaluation;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.recipe.Ingredient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;

/// A soup of category experts. Where models' accuracies in two categories hardly correlate, the
/// best in one tells little about the other: each such category sends its best model, and the
/// weights of these experts are searched on a grid over the simplex.
///
/// @param categories a file with the category of each example of `select`
/// @param correlation below which, in magnitude, a correlation is weak
/// @param budget points of the grid at most, which is as fine as that allows, in tenths at most
/// @see <a href="https://arxiv.org/abs/2511.13254">Maiti et al. 2025, "Souper-Model"</a>
public record ExpertSoup(Optional<Path> categories, double correlation, int budget)
    implements Recipe {
  static final RecipeDefinition DEFINITION =
      new RecipeDefinition(
          "soce",
          Set.of(),
          List.of(
              RecipeParameter.optional("categories", new ParameterType.File()),
              new RecipeParameter("correlation", new ParameterType.Real(0, 1), Optional.of(0.5)),
              RecipeParameter.count("budget", 100)),
          Optional.of("it needs the categories of the examples of select"),
          arguments ->
              new ExpertSoup(
                  arguments.file("categories"),
                  arguments.number("correlation"),
                  arguments.count("budget")));

  private static final int FINEST = 10;

  @Override
  public RecipeDefinition definition() {
    return DEFINITION;
  }

  @Override
  public List<String> faults(List<Ingredient> ingredients, List<String> before) {
    if (categories.isEmpty()) {
      return List.of("it needs 'categories': a file with the category of each example of select");
    }
    try {
      Categories.read(categories.get());
      return List.of();
    } catch (EvaluationException e) {
      return List.of(e.getMessage());
    }
  }

  @Override
  public Cost cost(Extent extent) {
    return new Cost(budget, 1);
  }

  @Override
  public List<Choice> choose(Kitchen kitchen) {
    List<Ingredient> experts = experts(kitchen);
    Candidates candidates = new Candidates();
    // Single models first: they are known, and set the bar for the others.
    List<List<Integer>> grid = new ArrayList<>(grid(experts.size(), steps(experts.size())));
    grid.sort((a, b) -> Boolean.compare(isCorner(b), isCorner(a)));
    for (List<Integer> point : grid) {
      List<Double> weights = point.stream().map(Integer::doubleValue).toList();
      candidates.add(label(experts, point), Mixtures.mean(kitchen, experts, weights));
    }
    return candidates.choose(kitchen, name());
  }

  /// The best model of each category that hardly correlates with another, the best on `select`
  /// first; of models equal in a category the one that is better on `select`. If all categories go
  /// together, the best model.
  List<Ingredient> experts(Kitchen kitchen) {
    List<Ingredient> models = kitchen.bestFirst();
    List<double[]> accuracies = accuracies(kitchen, models);
    Set<Ingredient> chosen = new LinkedHashSet<>();
    for (double[] category : accuracies) {
      if (accuracies.stream().anyMatch(other -> Math.abs(pearson(category, other)) < correlation)) {
        int best = 0;
        for (int i = 1; i < category.length; i++) {
          best = category[i] > category[best] ? i : best;
        }
        chosen.add(models.get(best));
      }
    }
    List<Ingredient> experts = models.stream().filter(chosen::contains).toList();
    return experts.isEmpty() ? models.subList(0, 1) : experts;
  }

  /// For each category, each model's share of examples that it gets right.
  private List<double[]> accuracies(Kitchen kitchen, List<Ingredient> models) {
    Path file = categories.orElseThrow();
    Categories read = Categories.read(file);
    List<BitSet> correct = new ArrayList<>();
    for (Ingredient model : models) {
      Evaluation evaluation =
          kitchen.evaluate(model, List.of(kitchen.select())).get(kitchen.select());
      if (evaluation.n() != read.n()) {
        throw new EvaluationException(
            "%s: categories of %d examples, but %s has %d"
                .formatted(file, read.n(), kitchen.select(), evaluation.n()));
      }
      correct.add(
          evaluation
              .correct()
              .orElseThrow(() ->
                  new EvaluationException(
                      "soce needs to know which examples are right, which this evaluator does not"
                          + " tell; a command may print \"correct\": [0, 1, …]")));
    }
    return read.examples().values().stream()
        .map(examples -> correct.stream().mapToDouble(bits -> share(bits, examples)).toArray())
        .toList();
  }

  private static double share(BitSet correct, BitSet examples) {
    BitSet both = (BitSet) correct.clone();
    both.and(examples);
    return (double) both.cardinality() / examples.cardinality();
  }

  /// Pearson's correlation; NaN where one of them is the same for all models.
  static double pearson(double[] x, double... y) {
    double meanX = 0;
    double meanY = 0;
    for (int i = 0; i < x.length; i++) {
      meanX += x[i] / x.length;
      meanY += y[i] / x.length;
    }
    double xx = 0;
    double yy = 0;
    double xy = 0;
    for (int i = 0; i < x.length; i++) {
      xx += (x[i] - meanX) * (x[i] - meanX);
      yy += (y[i] - meanY) * (y[i] - meanY);
      xy += (x[i] - meanX) * (y[i] - meanY);
    }
    return xx == 0 || yy == 0 ? Double.NaN : xy / Math.sqrt(xx * yy);
  }

  /// Steps from 0 to 1 of the finest grid that the budget allows.
  private int steps(int experts) {
    int steps = 1;
    while (steps < FINEST && points(experts, steps + 1) <= budget) {
      steps++;
    }
    return steps;
  }

  /// Number of ways to part `steps` among `experts`: C(steps + experts − 1, steps).
  static long points(int experts, int steps) {
    long points = 1;
    for (int i = 1; i <= steps; i++) {
      points = Math.multiplyExact(points, experts - 1 + i) / i;
    }
    return points;
  }

  /// Every way to part `steps` among `experts`.
  static List<List<Integer>> grid(int experts, int steps) {
    if (experts == 1) {
      return List.of(List.of(steps));
    }
    List<List<Integer>> grid = new ArrayList<>();
    for (int first = steps; first >= 0; first--) {
      for (List<Integer> rest : grid(experts - 1, steps - first)) {
        List<Integer> point = new ArrayList<>(List.of(first));
        point.addAll(rest);
        grid.add(point);
      }
    }
    return grid;
  }

  private static boolean isCorner(List<Integer> point) {
    return point.stream().filter(steps -> steps > 0).count() == 1;
  }

  private static String label(List<Ingredient> experts, List<Integer> point) {
    int all = point.stream().mapToInt(Integer::intValue).sum();
    StringJoiner label = new StringJoiner(" + ");
    for (int i = 0; i < point.size(); i++) {
      if (point.get(i) > 0) {
        label.add(
            String.format(
                Locale.ROOT, "%.3g %s", (double) point.get(i) / all, experts.get(i).name()));
      }
    }
    return label.toString();
  }
}
