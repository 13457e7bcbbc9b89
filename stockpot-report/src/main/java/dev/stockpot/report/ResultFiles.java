package dev.stockpot.report;

import dev.stockpot.eval.Role;
import dev.stockpot.recipe.RecipeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/// A study from results that were measured elsewhere.
///
/// @param files of results, a line per model
/// @param sets what each set is for
/// @param metric what the numbers are, such as `accuracy`
/// @param higherIsBetter whether more of it is better
/// @param hyperparameters a file of them, by model
public record ResultFiles(
    List<Path> files,
    List<StudySet> sets,
    String metric,
    boolean higherIsBetter,
    Optional<Path> hyperparameters) {

  public ResultFiles {
    files = List.copyOf(files);
    sets = List.copyOf(sets);
  }

  /// What a set is for, by option.
  public static List<StudySet> sets(String select, List<String> test, List<String> shift) {
    List<StudySet> sets = new ArrayList<>(List.of(new StudySet(select, Role.SELECT)));
    test.forEach(set -> sets.add(new StudySet(set, Role.ID)));
    shift.forEach(set -> sets.add(new StudySet(set, Role.SHIFT)));
    return sets;
  }

  /// Reads the files.
  ///
  /// @throws RecipeException if one cannot be read, or lacks a set
  public Study read() {
    List<Model> models = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>();
    for (Path file : files) {
      for (Model model : new ResultReader(file, metric).read()) {
        check(file, model);
        if (!names.add(model.name())) {
          throw new RecipeException(
              file + ": '" + model.name() + "' has results already; name each model once");
        }
        models.add(model);
      }
    }
    Hyperparameters known = hyperparameters.map(Hyperparameters::read).orElse(Hyperparameters.NONE);
    Study study =
        new Study(
            "Model soup",
            metric,
            higherIsBetter,
            sets,
            models.stream().map(known::add).toList(),
            Study.Parts.NONE);
    return Findings.addTo(study);
  }

  private void check(Path file, Model model) {
    for (StudySet set : sets) {
      if (model.value(set.name(), metric).isEmpty()) {
        SequencedMap<String, Object> there = new LinkedHashMap<>(model.metrics());
        throw new RecipeException(
            "%s: '%s' has no %s on the set '%s'; its sets are %s"
                .formatted(
                    file, model.name(), metric, set.name(), String.join(", ", there.keySet())));
      }
    }
  }
}
