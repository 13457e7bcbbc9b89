package dev.stockpot.cli.config;

import dev.stockpot.checkpoint.HuggingFaceCache;
import dev.stockpot.recipe.ModelReference;
import dev.stockpot.recipe.Place;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/// Finds the files and folders that a merge config's models are in: a path from the working folder,
/// else from the config's; else a model in the Hugging Face cache.
///
/// @param folder of the config
public record ModelPaths(Path folder, HuggingFaceCache cache) {

  /// For a config.
  ///
  /// @param cache in place of the user's
  public static ModelPaths of(Path config, Optional<Path> cache) {
    return new ModelPaths(
        SoupFile.folder(config),
        cache
            .map(HuggingFaceCache::new)
            .orElseGet(() ->
                HuggingFaceCache.of(System.getenv(), Path.of(System.getProperty("user.home")))));
  }

  /// Where a model is, without its adapter.
  ///
  /// @param at where it is named
  public Path find(ModelReference model, Place at) {
    String name = model.path();
    Optional<Path> local = local(name);
    if (local.isPresent()) {
      if (model.revision().isPresent()) {
        throw at.error(
            local.get()
                + " is a local path, which has no revisions; leave @"
                + model.revision().get());
      }
      return local.get();
    }
    if (!HuggingFaceCache.isModel(name)) {
      String beside = folder.resolve(name).toString();
      throw at.error(
          "no such file or folder: " + name + (beside.equals(name) ? "" : " (nor " + beside + ")"));
    }
    return model
        .revision()
        .map(revision -> cache.find(name, revision))
        .orElseGet(() -> cache.find(name))
        .orElseThrow(() ->
            at.error(
                "no such file or folder: "
                    + name
                    + "; as a model it is not in the Hugging Face cache either ("
                    + cache.folder()
                    + "). To get it: hf download "
                    + name
                    + model.revision().map(it -> " --revision " + it).orElse("")));
  }

  private Optional<Path> local(String name) {
    try {
      return Stream.of(Path.of(name), folder.resolve(name)).filter(Files::exists).findFirst();
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }
}
