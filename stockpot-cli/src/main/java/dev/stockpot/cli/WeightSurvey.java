package dev.stockpot.cli;

import dev.stockpot.Progress;
import dev.stockpot.diagnose.Diagnoses;
import dev.stockpot.diagnose.Diagnosis;
import dev.stockpot.diagnose.Geometry;
import dev.stockpot.diagnose.Survey;
import dev.stockpot.internal.io.AtomicFile;
import dev.stockpot.recipe.RecipeSpec;
import dev.stockpot.recipe.SoupSpec;
import dev.stockpot.search.Recipe;
import dev.stockpot.search.Recipes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What a run says of its ingredients before it evaluates anything.
///
/// @param diagnoses for the user
/// @param files that were written: `diagnostics.json`, `geometry.json`
record WeightSurvey(List<Diagnosis> diagnoses, List<Path> files) {

  /// Reads all weights once.
  ///
  /// @param folder of the run
  static WeightSurvey of(
      SoupSpec spec, OpenIngredients ingredients, Path folder, int threads, Progress progress) {
    Survey survey = Survey.of(ingredients.base(), ingredients.all(), threads, progress);
    List<Diagnosis> diagnoses = new ArrayList<>();
    List<String> needy =
        spec.recipes().stream()
            .filter(each -> Recipes.named(each.recipe()).needs().contains(Recipe.Need.BASE))
            .map(RecipeSpec::name)
            .toList();
    if (ingredients.base().isEmpty() && !needy.isEmpty()) {
      diagnoses.add(Diagnoses.missingBase(needy));
    }
    diagnoses.addAll(Diagnoses.of(survey));
    Path diagnostics = folder.resolve("diagnostics.json");
    Path geometry = folder.resolve("geometry.json");
    AtomicFile.writeString(diagnostics, Diagnosis.document(diagnoses), true);
    AtomicFile.writeString(geometry, Geometry.document(survey), true);
    return new WeightSurvey(diagnoses, List.of(diagnostics, geometry));
  }
}
