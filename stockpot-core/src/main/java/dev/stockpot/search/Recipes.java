package dev.stockpot.search;

import java.util.List;

/// Every recipe.
public final class Recipes {
  /// In the order in which those that are not apart are cooked when a file names none.
  public static final List<RecipeDefinition> ALL =
      List.of(
          BestModel.DEFINITION,
          UniformSoup.DEFINITION,
          GreedySoup.DEFINITION,
          RandomGreedySoup.DEFINITION,
          PrunedSoup.DEFINITION,
          StockSoup.DEFINITION,
          MovingAverage.DEFINITION,
          LastCheckpoints.DEFINITION,
          DecayedRun.DEFINITION,
          StatisticsSoup.FISHER,
          StatisticsSoup.REGMEAN,
          ExpertSoup.DEFINITION,
          CoefficientSearch.DEFINITION,
          LearnedSoup.DEFINITION,
          WiseFt.DEFINITION,
          LogitEnsemble.DEFINITION,
          GreedyEnsemble.DEFINITION);

  private Recipes() {}

  /// The names of all.
  public static List<String> names() {
    return ALL.stream().map(RecipeDefinition::name).toList();
  }

  /// The recipe of that name.
  ///
  /// @throws IllegalArgumentException if there is none
  public static RecipeDefinition named(String name) {
    return ALL.stream()
        .filter(recipe -> recipe.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no recipe '" + name + "'"));
  }
}
