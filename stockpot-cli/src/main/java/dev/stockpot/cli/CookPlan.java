package dev.stockpot.cli;

import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.cli.terminal.Quantities;
import dev.stockpot.cli.terminal.Table;
import dev.stockpot.diagnose.Survey;
import dev.stockpot.eval.Evaluator;
import dev.stockpot.internal.text.Counted;
import dev.stockpot.recipe.Ingredient;
import dev.stockpot.recipe.SoupSpec;
import dev.stockpot.search.Cost;
import dev.stockpot.search.Extent;
import dev.stockpot.search.Kitchen;
import dev.stockpot.search.Recipe;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What a cook will do, in words, before it does it.
final class CookPlan {
  private CookPlan() {}

  /// One line: what goes in, and how much work that is at most.
  static String sentence(
      SoupSpec spec, OpenIngredients ingredients, List<Recipe> recipes, Evaluator evaluator) {
    Cost cost = cost(spec, ingredients, recipes, evaluator);
    String work =
        "%s from %s%s; at most %s on select, and %d on %s"
            .formatted(
                Counted.of(recipes.size(), "recipe"),
                Counted.of(ingredients.all().size(), "ingredient"),
                ingredients.base().isPresent() ? " and a base" : "",
                Counted.of(models(ingredients) + cost.trials() + cost.results(), "evaluation"),
                models(ingredients) + cost.results(),
                Counted.of(spec.eval().report().size(), "other set"));
    if (cost.gradients() > 0) {
      work += "; %d passes over select for gradients".formatted(cost.gradients());
    }
    if (cost.recalibrations() > 0) {
      work += "; %d passes over train for BatchNorm statistics".formatted(cost.recalibrations());
    }
    return work;
  }

  /// All of it, for `--dry-run`.
  static String text(
      SoupSpec spec,
      OpenIngredients ingredients,
      List<Recipe> recipes,
      Evaluator evaluator,
      Path folder) {
    Table table =
        new Table(Table.text("checkpoint"), Table.number("parameters"), Table.number("size"));
    ingredients.base().ifPresent(base -> row(table, base));
    ingredients.all().forEach(ingredient -> row(table, ingredient));
    StringBuilder text = new StringBuilder(table.format()).append('\n');
    for (Recipe recipe : recipes) {
      String what =
          lacks(recipe, ingredients, evaluator)
              .map(reason -> ": would be skipped, " + reason)
              .orElseGet(() ->
                  isEnsemble(recipe)
                      ? ""
                      : ": " + folder.resolve(recipe.name()).resolve("model.safetensors"));
      text.append(recipe.name()).append(what).append('\n');
    }
    text.append("\nBefore the first evaluation, all weights are looked at once: ")
        .append(Quantities.bytes(Survey.bytes(ingredients.base(), ingredients.all())))
        .append(" to read.\n");
    return text.append(sentence(spec, ingredients, recipes, evaluator)).append(".\n").toString();
  }

  private static void row(Table table, Ingredient ingredient) {
    List<TensorSpec> tensors = List.copyOf(ingredient.checkpoint().tensors().values());
    table.row(
        ingredient.name(),
        Quantities.count(tensors.stream().mapToLong(TensorSpec::elements).sum()),
        Quantities.bytes(tensors.stream().mapToLong(TensorSpec::bytes).sum()));
  }

  static int models(OpenIngredients ingredients) {
    return ingredients.all().size() + ingredients.base().stream().toList().size();
  }

  /// At most, of the recipes that can be cooked.
  static Cost cost(
      SoupSpec spec, OpenIngredients ingredients, List<Recipe> recipes, Evaluator evaluator) {
    Extent extent = Extent.of(ingredients.all().size(), spec.eval(), evaluator);
    return recipes.stream()
        .filter(recipe -> lacks(recipe, ingredients, evaluator).isEmpty())
        .map(recipe -> recipe.cost(extent))
        .reduce(Cost.NONE, Cost::plus);
  }

  private static Optional<String> lacks(
      Recipe recipe, OpenIngredients ingredients, Evaluator evaluator) {
    return Kitchen.lacks(recipe, ingredients.base().isPresent(), evaluator.givesPredictions());
  }

  private static boolean isEnsemble(Recipe recipe) {
    return recipe.needs().contains(Recipe.Need.PREDICTIONS);
  }
}
