package dev.stockpot.cli;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.OpenOptions;
import dev.stockpot.cli.config.ModelPaths;
import dev.stockpot.lora.Adapter;
import dev.stockpot.lora.Adapters;
import dev.stockpot.plan.Model;
import dev.stockpot.plan.PlannedCheckpoint;
import dev.stockpot.recipe.MergeConfig;
import dev.stockpot.recipe.MergeConfig.Slice;
import dev.stockpot.recipe.MergeConfig.Source;
import dev.stockpot.recipe.ModelReference;
import dev.stockpot.recipe.Place;
import dev.stockpot.recipe.RecipeException;
import dev.stockpot.recipe.TokenizerConfig;
import dev.stockpot.tokenizer.Companions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.stream.Stream;

/// The models of merges, each opened once, until all merges are done.
final class MergeModels implements AutoCloseable {
  private final ModelPaths paths;
  private final OpenOptions options;
  private final Map<ModelReference, Model> open = new LinkedHashMap<>();
  private final Map<String, ModelReference> names = new HashMap<>();
  private final SequencedSet<Path> inputs = new LinkedHashSet<>();

  MergeModels(ModelPaths paths, OpenOptions options) {
    this.paths = paths;
    this.options = options;
  }

  /// Everything that a config names. All that cannot be opened is told at once.
  ///
  /// @param made results of other merges, by name
  /// @throws RecipeException if any is missing or not valid
  Map<ModelReference, Model> of(MergeConfig config, Map<String, Model> made) {
    Map<ModelReference, Model> models = new LinkedHashMap<>();
    List<String> faults = new ArrayList<>();
    SequencedSet<ModelReference> wanted = new LinkedHashSet<>(config.models());
    wanted.addAll(config.statistics());
    for (ModelReference reference : wanted) {
      try {
        models.put(reference, model(reference, place(config, reference), made));
      } catch (RecipeException | CheckpointException e) {
        faults.add(e.getMessage());
      }
    }
    config
        .tokenizer()
        .map(TokenizerConfig::source)
        .filter(TokenizerConfig.Source.Model.class::isInstance)
        .map(source -> ((TokenizerConfig.Source.Model) source).model())
        .filter(reference -> !wanted.contains(reference))
        .ifPresent(reference ->
            models.put(reference, tokenizer(reference, config.tokenizer().get().at())));
    if (faults.size() > 1) {
      throw new RecipeException(
          config.at().file()
              + ": some models cannot be used, "
              + faults.size()
              + " faults:\n  "
              + String.join("\n  ", faults));
    } else if (!faults.isEmpty()) {
      throw new RecipeException(faults.getFirst());
    }
    return models;
  }

  /// The first model of a config that takes none from other merges; nothing if it cannot be opened,
  /// which [#of] tells.
  Optional<Model> first(MergeConfig config) {
    ModelReference first = config.models().getFirst();
    try {
      return Optional.of(model(first, place(config, first), Map.of()));
    } catch (RecipeException | CheckpointException e) {
      return Optional.empty();
    }
  }

  /// Files and folders that models are read from.
  List<Path> inputs() {
    return List.copyOf(inputs);
  }

  /// Every open checkpoint.
  Stream<Checkpoint> checkpoints() {
    return open.values().stream().map(Model::checkpoint);
  }

  @Override
  public void close() {
    checkpoints().forEach(Checkpoint::close);
  }

  private Model model(ModelReference reference, Place at, Map<String, Model> made) {
    Model result = made.get(reference.path());
    if (result != null) {
      if (reference.adapter().isPresent() || reference.revision().isPresent()) {
        throw at.error(
            "'" + reference.path() + "' is a merge of this file: name it alone, not " + reference);
      }
      return new Model(reference, result.checkpoint(), result.companions());
    }
    Model before = open.get(reference);
    if (before != null) {
      return before;
    }
    Path path = paths.find(reference, at);
    inputs.add(path);
    Optional<Path> adapter = reference.adapter().map(it -> paths.find(it, at));
    adapter.ifPresent(inputs::add);
    checkNamedOnce(reference, path, adapter, at);
    Checkpoint checkpoint = open(path, adapter);
    Model model =
        new Model(reference, checkpoint, new Companions(checkpoint.companions(), Map.of()));
    open.put(reference, model);
    return model;
  }

  /// A base by another name would be merged like a model.
  private void checkNamedOnce(
      ModelReference reference, Path path, Optional<Path> adapter, Place at) {
    String real = real(path) + adapter.map(it -> "+" + real(it)).orElse("");
    ModelReference before = names.putIfAbsent(real, reference);
    if (before != null && !before.equals(reference)) {
      throw at.error(
          "'"
              + reference
              + "' is the same as '"
              + before
              + "'; name it in the same way everywhere");
    }
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      return path.toAbsolutePath().normalize();
    }
  }

  /// An adapter is applied to the path, or by itself to the base that its config names.
  private Checkpoint open(Path path, Optional<Path> adapter) {
    Adapters adapters = new Adapters(paths.cache());
    if (adapter.isEmpty()) {
      return adapters.open(path, Optional.empty(), options);
    }
    if (!Adapter.isAdapter(adapter.get())) {
      throw CheckpointException.of(
          adapter.get(), "is no folder of a LoRA adapter (adapter_config.json)");
    }
    return adapters.open(adapter.get(), Optional.of(path), options);
  }

  /// A model that only lends its tokenizer need not have tensors.
  private Model tokenizer(ModelReference reference, Place at) {
    Path path = paths.find(reference, at);
    return new Model(
        reference, new PlannedCheckpoint(path, List.of(), Map.of()), Companions.of(path));
  }

  private static Place place(MergeConfig config, ModelReference reference) {
    return config.modules().stream()
        .flatMap(module ->
            Stream.concat(
                module.models().stream(),
                module.slices().stream().flatMap(slice -> slice.sources().stream())))
        .filter(source ->
            source.model().equals(reference) || source.statistics().equals(Optional.of(reference)))
        .map(Source::at)
        .findFirst()
        .or(() ->
            config.modules().stream()
                .flatMap(module -> module.slices().stream())
                .filter(slice -> slice.base().equals(Optional.of(reference)))
                .map(Slice::at)
                .findFirst())
        .orElseGet(() -> config.at("base_model"));
  }
}
