package dev.stockpot.search;

import dev.stockpot.Progress;
import dev.stockpot.eval.Evaluation;
import dev.stockpot.eval.SetSpec;
import dev.stockpot.merge.MergeReport;
import dev.stockpot.recipe.Ingredient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// Evaluates base and ingredients, cooks every recipe, evaluates what comes out.
///
/// @param kitchen its evaluations make it possible to go on where an earlier run was cut off
/// @param recipes in the order in which they are cooked
/// @param folder for `NAME/model.safetensors`, by the names of the recipes
public record Cook(Kitchen kitchen, List<Recipe> recipes, Path folder) {

  /// What came out.
  ///
  /// @param results base, ingredients, then what recipes made, in the order given
  /// @param choices what each recipe recommends, by its name
  /// @param files the checkpoint of each recommended soup, by the recipe's name
  /// @param figures what the merge of a recommended soup found, by the recipe's name: tensor → name
  ///   → value
  /// @param notes for the user
  public record Outcome(
      List<Result> results,
      SequencedMap<String, Choice> choices,
      SequencedMap<String, Path> files,
      SequencedMap<String, SequencedMap<String, Map<String, Double>>> figures,
      List<String> notes) {}

  public Cook {
    recipes = List.copyOf(recipes);
  }

  /// Does all of it.
  public Outcome run() {
    List<Result> results = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    SequencedMap<String, Choice> choices = new LinkedHashMap<>();
    SequencedMap<String, Path> files = new LinkedHashMap<>();
    SequencedMap<String, SequencedMap<String, Map<String, Double>>> figures = new LinkedHashMap<>();
    evaluateGiven(results);
    Kitchen now = kitchen;
    Progress.Total total = new Progress.Total(recipes.size(), Progress.Unit.CANDIDATES);
    try (Progress.Task task = kitchen.progress().begin("cooking", total)) {
      for (Recipe recipe : recipes) {
        Optional<String> skipped = kitchen.lacks(recipe);
        if (skipped.isPresent()) {
          notes.add(recipe.name() + " is skipped: " + skipped.get());
        } else {
          List<Choice> made = recipe.choose(now);
          choices.put(recipe.name(), made.getFirst());
          List<Result> its = new ArrayList<>();
          for (Choice choice : made) {
            its.add(
                new Result(
                    choice.name(),
                    recipe.definition().name(),
                    choice.dish().weights(),
                    serve(recipe, choice, files, figures, notes)));
          }
          results.addAll(its);
          recipe.notes(its, kitchen.eval()).forEach(note -> notes.add(recipe.name() + ": " + note));
          if (made.getFirst().dish() instanceof Dish.Soup soup) {
            now = now.after(recipe.name(), soup, files.get(recipe.name()));
          }
        }
        task.advance(1);
      }
    } finally {
      now.cooked().values().forEach(cooked -> cooked.checkpoint().close());
    }
    return new Outcome(results, choices, files, figures, notes);
  }

  private void evaluateGiven(List<Result> results) {
    List<Ingredient> given = new ArrayList<>();
    kitchen.base().ifPresent(given::add);
    given.addAll(kitchen.ingredients());
    Progress.Total total = new Progress.Total(given.size(), Progress.Unit.CANDIDATES);
    try (Progress.Task task = kitchen.progress().begin("evaluating models", total)) {
      for (Ingredient model : given) {
        SequencedMap<String, Double> itself = new LinkedHashMap<>(Map.of(model.name(), 1.0));
        boolean isBase = kitchen.base().filter(model::equals).isPresent();
        results.add(
            new Result(
                model.name(),
                isBase ? Result.BASE : Result.INDIVIDUAL,
                itself,
                kitchen.evaluate(model, sets())));
        task.advance(1);
      }
    }
  }

  private SequencedMap<String, Evaluation> serve(
      Recipe recipe,
      Choice choice,
      SequencedMap<String, Path> files,
      SequencedMap<String, SequencedMap<String, Map<String, Double>>> figures,
      List<String> notes) {
    return switch (choice.dish()) {
      case Dish.Soup soup when choice.name().equals(recipe.name()) -> {
        Path file = folder.resolve(recipe.name()).resolve("model.safetensors");
        MergeReport report = kitchen.serve(soup, file);
        report.notes().forEach(note -> notes.add(recipe.name() + ": " + note));
        if (!report.figures().isEmpty()) {
          figures.put(recipe.name(), report.figures());
        }
        files.put(recipe.name(), file);
        yield kitchen.evaluate(soup, file, sets());
      }
      case Dish.Soup soup -> kitchen.evaluate(soup, sets());
      case Dish.Ensemble(List<Ingredient> members) -> {
        SequencedMap<String, Evaluation> evaluations = new LinkedHashMap<>();
        sets().forEach(set -> evaluations.put(set, kitchen.ensemble(members, set)));
        yield evaluations;
      }
    };
  }

  private List<String> sets() {
    return kitchen.eval().sets().stream().map(SetSpec::name).toList();
  }
}
