package dev.stockpot.cli;

import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.cli.terminal.Quantities;
import dev.stockpot.cli.terminal.Table;
import dev.stockpot.diagnose.Survey;
import dev.stockpot.eval.Evaluator;
import dev.stockpot.recipe.Ingredient;
import dev.stockpot.recipe.SoupSpec;
import dev.stockpot.search.Recipe;
import dev.stockpot.search.Recipes;
import java.nio.file.Path;
import java.util.List;

/// What a cook will do, in words, before it does it.
final class CookPlan {
  private CookPlan() {}

  /// One line: what goes in, and how much work that is at most.
  static String sentence(SoupSpec spec, OpenIngredients ingredients) {
    return "%d recipes from %d ingredients%s; at most %d evaluations on select, and %d on %d other sets"
        .formatted(
            spec.recipes().size(),
            ingredients.all().size(),
            ingredients.base().isPresent() ? " and a base" : "",
            models(ingredients) + trials(spec, ingredients) + soups(spec),
            models(ingredients) + soups(spec),
            spec.eval().report().size());
  }

  /// All of it, for `--dry-run`.
  static String text(SoupSpec spec, OpenIngredients ingredients, Evaluator evaluator, Path folder) {
    Table table =
        new Table(Table.text("checkpoint"), Table.number("parameters"), Table.number("size"));
    ingredients.base().ifPresent(base -> row(table, base));
    ingredients.all().forEach(ingredient -> row(table, ingredient));
    StringBuilder text = new StringBuilder(table.format()).append('\n');
    for (String recipe : spec.recipes()) {
      boolean ensemble = isEnsemble(recipe);
      boolean skipped = ensemble && !evaluator.givesPredictions();
      text.append(recipe)
          .append(skipped ? ": would be skipped, the evaluator gives no logits" : "")
          .append(ensemble ? "" : ": " + folder.resolve(recipe).resolve("model.safetensors"))
          .append('\n');
    }
    text.append("\nBefore the first evaluation, all weights are looked at once: ")
        .append(Quantities.bytes(Survey.bytes(ingredients.base(), ingredients.all())))
        .append(" to read.\n");
    return text.append(sentence(spec, ingredients)).append(".\n").toString();
  }

  private static void row(Table table, Ingredient ingredient) {
    List<TensorSpec> tensors = List.copyOf(ingredient.checkpoint().tensors().values());
    table.row(
        ingredient.name(),
        Quantities.count(tensors.stream().mapToLong(TensorSpec::elements).sum()),
        Quantities.bytes(tensors.stream().mapToLong(TensorSpec::bytes).sum()));
  }

  private static int models(OpenIngredients ingredients) {
    return ingredients.all().size() + ingredients.base().stream().toList().size();
  }

  private static int trials(SoupSpec spec, OpenIngredients ingredients) {
    return spec.recipes().contains("greedy") ? ingredients.all().size() - 1 : 0;
  }

  private static int soups(SoupSpec spec) {
    return (int) spec.recipes().stream().filter(name -> !isEnsemble(name)).count();
  }

  private static boolean isEnsemble(String recipe) {
    return Recipes.named(recipe).needs().contains(Recipe.Need.PREDICTIONS);
  }
}
