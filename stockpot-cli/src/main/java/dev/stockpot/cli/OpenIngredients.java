package dev.stockpot.cli;

import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.OpenOptions;
import dev.stockpot.lora.Adapters;
import dev.stockpot.recipe.CandidateNames;
import dev.stockpot.recipe.Ingredient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The checkpoints a command works with, open until it ends.
///
/// @param base the pre-trained one, if there is one
/// @param all the ingredients, in the order given
record OpenIngredients(Optional<Ingredient> base, List<Ingredient> all) implements AutoCloseable {

  /// Opens checkpoints; adapters among them are applied to the base. All that cannot be opened are
  /// told at once.
  ///
  /// @throws CheckpointException if any is not valid
  static OpenIngredients open(Optional<Path> base, List<Path> paths, OpenOptions options) {
    return open(base, paths, base, options);
  }

  /// Opens ingredients alone.
  ///
  /// @param adapterBase what adapters are applied to, if it is not what they name
  static OpenIngredients open(List<Path> paths, Optional<Path> adapterBase, OpenOptions options) {
    return open(Optional.empty(), paths, adapterBase, options);
  }

  private static OpenIngredients open(
      Optional<Path> base, List<Path> paths, Optional<Path> adapterBase, OpenOptions options) {
    List<Path> given = new ArrayList<>();
    base.ifPresent(given::add);
    given.addAll(paths);
    List<String> names = CandidateNames.of(given);
    Adapters adapters = new Adapters();
    List<Ingredient> opened = new ArrayList<>();
    List<CheckpointException> faults = new ArrayList<>();
    for (int i = 0; i < given.size(); i++) {
      try {
        opened.add(new Ingredient(names.get(i), adapters.open(given.get(i), adapterBase, options)));
      } catch (CheckpointException e) {
        faults.add(e);
      }
    }
    if (!faults.isEmpty()) {
      opened.forEach(ingredient -> ingredient.checkpoint().close());
      throw CheckpointException.all("some checkpoints cannot be used", faults);
    }
    return base.isPresent()
        ? new OpenIngredients(Optional.of(opened.getFirst()), opened.subList(1, opened.size()))
        : new OpenIngredients(Optional.empty(), opened);
  }

  /// The base, if there is one, and the ingredients.
  Stream<Ingredient> withBase() {
    return Stream.concat(base.stream(), all.stream());
  }

  @Override
  public void close() {
    withBase().forEach(ingredient -> ingredient.checkpoint().close());
  }
}
