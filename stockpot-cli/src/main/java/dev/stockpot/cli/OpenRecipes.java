package dev.stockpot.cli;

import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.eval.Recalibration;
import dev.stockpot.recipe.Ingredient;
import dev.stockpot.recipe.RecipeException;
import dev.stockpot.recipe.RecipeSpec;
import dev.stockpot.recipe.SoupSpec;
import dev.stockpot.search.NamedRecipe;
import dev.stockpot.search.RecalibratedRecipe;
import dev.stockpot.search.Recipe;
import dev.stockpot.search.RecipeDefinition;
import dev.stockpot.search.Recipes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The recipes of a soup.yml, with the files that they name open until the command ends.
///
/// @param all in the file's order
/// @param checkpoints that they name beside the ingredients, by path
/// @param files that they name otherwise
record OpenRecipes(List<Recipe> all, SequencedMap<Path, Ingredient> checkpoints, List<Path> files)
    implements AutoCloseable {

  /// Makes the recipes and checks that they suit the ingredients.
  ///
  /// @throws CheckpointException if a checkpoint is not valid
  /// @throws RecipeException naming every recipe that cannot be cooked, and why
  static OpenRecipes open(SoupSpec spec, List<Ingredient> ingredients) {
    OpenRecipes opened =
        new OpenRecipes(new ArrayList<>(), new LinkedHashMap<>(), new ArrayList<>());
    try {
      List<String> faults = new ArrayList<>();
      for (RecipeSpec each : spec.recipes()) {
        List<String> before = opened.all.stream().map(Recipe::name).toList();
        Recipe recipe = opened.recipe(each);
        Stream<String> without =
            Stream.of(each)
                .filter(RecipeSpec::recalibrates)
                .flatMap(_ -> Recalibration.lacks(spec.eval()).stream())
                .map(what -> "recalibrate: " + what);
        Stream.concat(recipe.faults(ingredients, before).stream(), without)
            .forEach(
                fault -> faults.add(each.place().error(each.name() + ": " + fault).getMessage()));
        opened.all.add(recipe);
      }
      if (!faults.isEmpty()) {
        throw new RecipeException(String.join("\n", faults));
      }
      return opened;
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  /// What the user should know of recipes that are not cooked, where the file names none.
  static List<String> notes(SoupSpec spec) {
    if (spec.choosesRecipes()) {
      return List.of();
    }
    Map<String, List<String>> byReason =
        Recipes.ALL.stream()
            .filter(definition -> definition.apart().isPresent())
            .collect(
                Collectors.groupingBy(
                    definition -> definition.apart().orElseThrow(),
                    LinkedHashMap::new,
                    Collectors.mapping(RecipeDefinition::name, Collectors.toList())));
    List<String> left = new ArrayList<>();
    byReason.forEach((reason, names) -> left.add(String.join(", ", names) + " (" + reason + ")"));
    return List.of("the file names no recipes, so these are left out: " + String.join("; ", left));
  }

  /// Every file that recipes read.
  List<Path> inputs() {
    return Stream.concat(
            checkpoints.values().stream().flatMap(each -> each.checkpoint().files().stream()),
            files.stream())
        .toList();
  }

  @Override
  public void close() {
    checkpoints.values().forEach(each -> each.checkpoint().close());
  }

  private Recipe recipe(RecipeSpec spec) {
    List<Ingredient> named = new ArrayList<>();
    for (Object value : spec.parameters().values()) {
      switch (value) {
        case Path file -> files.add(file);
        case List<?> list ->
            list.forEach(element -> {
              if (element instanceof Path path) {
                named.add(checkpoints.computeIfAbsent(path, OpenRecipes::checkpoint));
              }
            });
        default -> {
          // A number or a word.
        }
      }
    }
    Recipe plain = Recipes.named(spec.recipe()).with(spec.parameters(), named);
    Recipe recipe = spec.recalibrates() ? new RecalibratedRecipe(plain) : plain;
    return spec.name().equals(recipe.name()) ? recipe : new NamedRecipe(spec.name(), recipe);
  }

  private static Ingredient checkpoint(Path path) {
    return new Ingredient(path.toString(), Checkpoints.open(path));
  }
}
