package dev.stockpot.search;

import java.util.List;

/// Every recipe.
public final class Recipes {
  /// In the order in which they are cooked when a file names none.
  public static final List<Recipe> ALL =
      List.of(
          new BestModel(),
          new UniformSoup(),
          new GreedySoup(Accept.GE),
          new LogitEnsemble(),
          new GreedyEnsemble(Accept.GE));

  private Recipes() {}

  /// The names of all.
  public static List<String> names() {
    return ALL.stream().map(Recipe::name).toList();
  }

  /// The recipe of that name.
  ///
  /// @throws IllegalArgumentException if there is none
  public static Recipe named(String name) {
    return ALL.stream()
        .filter(recipe -> recipe.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no recipe '" + name + "'"));
  }
}
