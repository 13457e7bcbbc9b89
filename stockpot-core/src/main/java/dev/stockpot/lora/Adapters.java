package dev.stockpot.lora;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.HuggingFaceCache;
import dev.stockpot.checkpoint.OpenOptions;
import dev.stockpot.internal.text.Excerpt;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/// Opens whatever may stand for a model: a checkpoint, an adapter on its base, `BASE+ADAPTER`.
///
/// @param cache where models named `org/name` may be
public record Adapters(HuggingFaceCache cache) {

  /// A base and an adapter that are named together.
  public record Reference(Path base, Path adapter) {}

  /// With the cache of whoever runs this process.
  public Adapters() {
    this(HuggingFaceCache.of(System.getenv(), Path.of(System.getProperty("user.home"))));
  }

  /// Opens a model.
  ///
  /// @param path of a checkpoint or an adapter, or both as `BASE+ADAPTER`
  /// @param base what an adapter is applied to, if it is not what its config names
  /// @throws CheckpointException if it is not valid, an adapter's base is not found, or does not
  ///   fit
  public Checkpoint open(Path path, Optional<Path> base, OpenOptions options) {
    Optional<Reference> reference = reference(path);
    if (reference.isPresent()) {
      return apply(reference.get().adapter(), reference.get().base(), options);
    }
    if (!Adapter.isAdapter(path)) {
      missing(path)
          .ifPresent(what -> {
            throw CheckpointException.of(path, what);
          });
      return Checkpoints.open(path, options);
    }
    return apply(path, base.orElseGet(() -> base(path)), options);
  }

  /// The two halves of `BASE+ADAPTER`, unless there is a file or folder of that very name.
  ///
  /// Either half may be a model in the cache.
  public Optional<Reference> reference(Path path) {
    String word = path.toString();
    if (Files.exists(path)) {
      return Optional.empty();
    }
    return Stream.iterate(word.indexOf('+'), at -> at > 0, at -> word.indexOf('+', at + 1))
        .flatMap(at -> reference(word.substring(0, at), word.substring(at + 1)).stream())
        .findFirst();
  }

  /// What `BASE+ADAPTER` lacks; absent if there is such a file, or no half of it is there.
  public Optional<String> missing(Path path) {
    String word = path.toString();
    if (Files.exists(path) || reference(path).isPresent()) {
      return Optional.empty();
    }
    return Stream.iterate(word.indexOf('+'), at -> at > 0, at -> word.indexOf('+', at + 1))
        .flatMap(at -> missing(word.substring(0, at), word.substring(at + 1)).stream())
        .findFirst();
  }

  private Optional<String> missing(String base, String adapter) {
    boolean based = find(base, Path.of("")).isPresent();
    Optional<Path> folder = find(adapter, Path.of(""));
    if (folder.filter(Adapter::isAdapter).isPresent()) {
      return Optional.of("the base '" + base + "' is neither a path nor in the Hugging Face cache");
    } else if (!based) {
      return Optional.empty();
    }
    return Optional.of(
        folder.isPresent()
            ? "'" + adapter + "' is no folder of a LoRA adapter (" + AdapterConfig.FILE + ")"
            : "the adapter '" + adapter + "' is neither a path nor in the Hugging Face cache");
  }

  private Optional<Reference> reference(String base, String adapter) {
    return find(adapter, Path.of(""))
        .filter(Adapter::isAdapter)
        .flatMap(folder -> find(base, Path.of("")).map(found -> new Reference(found, folder)));
  }

  private static Checkpoint apply(Path path, Path base, OpenOptions options) {
    Adapter adapter = Adapter.open(path);
    try {
      Checkpoint under = Checkpoints.open(base, options);
      try {
        return new AdaptedCheckpoint(under, adapter);
      } catch (RuntimeException | Error e) {
        under.close();
        throw e;
      }
    } catch (RuntimeException | Error e) {
      adapter.close();
      throw e;
    }
  }

  /// What the config names, as a path or a model in the cache.
  private Path base(Path adapter) {
    Path file = adapter.resolve(AdapterConfig.FILE);
    // Opened anew by whoever applies it: an adapter that is not whole is told of first.
    Optional<String> name;
    try (Adapter opened = Adapter.open(adapter)) {
      name = opened.config().base();
    }
    if (name.isEmpty()) {
      throw CheckpointException.of(
          file, "names no base (base_model_name_or_path); give it with --base");
    }
    return find(name.get(), adapter)
        .orElseThrow(() ->
            CheckpointException.of(
                file,
                "the base '"
                    + Excerpt.of(name.get())
                    + "' is neither a path nor in the Hugging Face cache ("
                    + cache.folder()
                    + "); give it with --base"
                    + (HuggingFaceCache.isModel(name.get())
                        ? ", or get it: hf download " + name.get()
                        : "")));
  }

  /// A path, relative to the working folder or another, or a model in the cache.
  private Optional<Path> find(String name, Path folder) {
    try {
      return Stream.of(Path.of(name), folder.resolve(name))
          .filter(path -> !name.isEmpty() && Files.exists(path))
          .findFirst()
          .or(() -> Optional.of(name).filter(HuggingFaceCache::isModel).flatMap(cache::find));
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }
}
