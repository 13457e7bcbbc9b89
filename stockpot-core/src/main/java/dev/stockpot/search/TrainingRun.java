package dev.stockpot.search;

import dev.stockpot.recipe.Ingredient;
import dev.stockpot.recipe.NaturalOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Ingredients that are checkpoints of one training run.
///
/// @param names in training order; if there are none, all ingredients in the natural order of their
///   names
public record TrainingRun(List<String> names) {
  static final RecipeParameter PARAMETER =
      RecipeParameter.optional("run", new ParameterType.Names());

  /// Why recipes for runs are not cooked unless a file names them.
  static final Optional<String> APART =
      Optional.of("it takes the ingredients for checkpoints of one training run");

  public TrainingRun {
    names = List.copyOf(names);
  }

  static TrainingRun of(Arguments arguments) {
    return new TrainingRun(arguments.names(PARAMETER.name()));
  }

  /// The checkpoints, the oldest first.
  List<Ingredient> of(List<Ingredient> ingredients) {
    if (names.isEmpty()) {
      return ingredients.stream()
          .sorted(Comparator.comparing(Ingredient::name, new NaturalOrder()))
          .toList();
    }
    return names.stream()
        .flatMap(name -> ingredients.stream().filter(each -> each.name().equals(name)))
        .toList();
  }

  /// How many of so many ingredients they are.
  int size(int ingredients) {
    return names.isEmpty() ? ingredients : names.size();
  }

  /// What is wrong with the names, or that there are too few.
  List<String> faults(List<Ingredient> ingredients, int least) {
    List<String> faults = new ArrayList<>();
    List<String> known = ingredients.stream().map(Ingredient::name).toList();
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      if (!known.contains(name)) {
        faults.add("'run' names '" + name + "', which is no ingredient; there are " + known);
      } else if (!seen.add(name)) {
        faults.add("'run' names '" + name + "' twice");
      }
    }
    if (faults.isEmpty() && size(ingredients.size()) < least) {
      faults.add(
          "it takes the last %d checkpoints of a run of %d"
              .formatted(least, size(ingredients.size())));
    }
    return faults;
  }
}
