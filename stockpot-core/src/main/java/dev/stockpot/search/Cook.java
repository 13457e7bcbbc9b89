package dev.stockpot.search;

import dev.stockpot.Progress;
import dev.stockpot.eval.Evaluation;
import dev.stockpot.eval.SetSpec;
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
/// @param base the pre-trained model, to be measured beside the others
/// @param recipes in the order in which they are cooked
/// @param folder for `RECIPE/model.safetensors`
public record Cook(Kitchen kitchen, Optional<Ingredient> base, List<Recipe> recipes, Path folder) {

  /// What came out.
  ///
  /// @param results base, ingredients, then recipes, in the order given
  /// @param choices what each recipe decided on, by its name
  /// @param files each soup's checkpoint, by the recipe's name
  /// @param notes for the user
  public record Outcome(
      List<Result> results,
      SequencedMap<String, Choice> choices,
      SequencedMap<String, Path> files,
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
    evaluateGiven(results);
    Progress.Total total = new Progress.Total(recipes.size(), Progress.Unit.CANDIDATES);
    try (Progress.Task task = kitchen.progress().begin("cooking", total)) {
      for (Recipe recipe : recipes) {
        if (recipe.needsLogits() && !kitchen.evaluator().givesLogits()) {
          notes.add(
              recipe.name()
                  + " is skipped: it averages logits, and this evaluator gives only metrics;"
                  + " use an onnx evaluator");
        } else {
          Choice choice = recipe.choose(kitchen);
          choices.put(recipe.name(), choice);
          SequencedMap<String, Evaluation> evaluations = serve(recipe, choice, files, notes);
          results.add(new Result(recipe.name(), recipe.name(), choice.weights(), evaluations));
        }
        task.advance(1);
      }
    }
    return new Outcome(results, choices, files, notes);
  }

  private void evaluateGiven(List<Result> results) {
    List<Ingredient> given = new ArrayList<>();
    base.ifPresent(given::add);
    given.addAll(kitchen.ingredients());
    Progress.Total total = new Progress.Total(given.size(), Progress.Unit.CANDIDATES);
    try (Progress.Task task = kitchen.progress().begin("evaluating models", total)) {
      for (Ingredient model : given) {
        SequencedMap<String, Double> itself = new LinkedHashMap<>(Map.of(model.name(), 1.0));
        boolean isBase = base.filter(model::equals).isPresent();
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
      Recipe recipe, Choice choice, SequencedMap<String, Path> files, List<String> notes) {
    return switch (choice.kind()) {
      case SOUP -> {
        Path file = folder.resolve(recipe.name()).resolve("model.safetensors");
        kitchen
            .average(choice.ingredients(), file)
            .notes()
            .forEach(note -> notes.add(recipe.name() + ": " + note));
        files.put(recipe.name(), file);
        yield kitchen.evaluateSoup(choice.ingredients(), file, sets());
      }
      case ENSEMBLE -> {
        SequencedMap<String, Evaluation> evaluations = new LinkedHashMap<>();
        sets().forEach(set -> evaluations.put(set, kitchen.ensemble(choice.ingredients(), set)));
        yield evaluations;
      }
    };
  }

  private List<String> sets() {
    return kitchen.eval().sets().stream().map(SetSpec::name).toList();
  }
}
