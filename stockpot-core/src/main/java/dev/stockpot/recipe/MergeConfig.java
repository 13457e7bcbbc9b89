package dev.stockpot.recipe;

import dev.stockpot.checkpoint.DType;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;

/// A merge as a config says it, in the words of mergekit's format.
///
/// @param at where it begins
/// @param places of its keys
/// @param name by which other merges of the same file use its result
/// @param method such as `ties`
/// @param base the pre-trained model, where the method has one
/// @param modules one without a name, unless the file has `modules`
/// @param parameters of the method, for all tensors
/// @param lines layer-wise scaling of the task vectors
/// @param dtype that inputs are rounded to
/// @param outDType of the output
/// @param tokenizer of the output, if it is not simply that of the base or first model
/// @param chatTemplate `auto`, a name, or a Jinja template
public record MergeConfig(
    Place at,
    Map<String, Place> places,
    Optional<String> name,
    String method,
    Optional<ModelReference> base,
    List<Module> modules,
    Map<String, Setting> parameters,
    Optional<Lines> lines,
    Optional<DType> dtype,
    Optional<DType> outDType,
    Optional<TokenizerConfig> tokenizer,
    Optional<String> chatTemplate) {

  public MergeConfig {
    places = Map.copyOf(places);
    modules = List.copyOf(modules);
    parameters = Map.copyOf(parameters);
  }

  /// A part of a model with layers of its own. It has models or slices.
  ///
  /// @param name of its stack of layers; absent for the whole model
  /// @param models that are merged as wholes, in the order of the sums
  /// @param slices that follow each other in the output
  public record Module(
      Place at,
      Optional<String> name,
      List<Source> models,
      List<Slice> slices,
      Map<String, Setting> parameters) {

    /// @throws IllegalArgumentException unless it has either models or slices
    public Module {
      models = List.copyOf(models);
      slices = List.copyOf(slices);
      parameters = Map.copyOf(parameters);
      if (models.isEmpty() == slices.isEmpty()) {
        throw new IllegalArgumentException("models or slices");
      }
    }
  }

  /// Layers of the output.
  ///
  /// @param sources whose layers are merged one by one, in the order of the sums
  /// @param base in place of the config's
  public record Slice(
      Place at,
      List<Source> sources,
      Optional<ModelReference> base,
      Map<String, Setting> parameters) {

    public Slice {
      sources = List.copyOf(sources);
      parameters = Map.copyOf(parameters);
    }
  }

  /// A model that is merged, or some of its layers.
  ///
  /// @param range of layers in a slice
  /// @param statistics a checkpoint with what some methods want to know (`fisher`, `gram`)
  public record Source(
      Place at,
      ModelReference model,
      Optional<Range> range,
      Map<String, Setting> parameters,
      Optional<ModelReference> statistics) {

    public Source {
      parameters = Map.copyOf(parameters);
    }

    /// A whole model without parameters of its own.
    public static Source whole(Place at, ModelReference model) {
      return new Source(at, model, Optional.empty(), Map.of(), Optional.empty());
    }
  }

  /// Layers from `from` up to, not including, `to`.
  public record Range(int from, int to) {

    /// @throws IllegalArgumentException if it goes backwards
    public Range {
      if (from < 0 || to < from) {
        throw new IllegalArgumentException("layers " + from + " to " + to);
      }
    }

    public int layers() {
      return to - from;
    }
  }

  /// LiNeS: task vectors are scaled by `alpha + beta·depth`, depth running from 0 in the first
  /// layer to 1 in the last.
  ///
  /// @see <a href="https://arxiv.org/abs/2410.17146">Wang et al. 2024</a>
  public record Lines(Place at, double alpha, double beta) {}

  /// Where a key is written; where the merge begins if it is not.
  public Place at(String key) {
    return places.getOrDefault(key, at);
  }

  /// Every model that is merged, in the order of the file; the base last if it is none of them.
  public SequencedSet<ModelReference> models() {
    SequencedSet<ModelReference> models = new LinkedHashSet<>();
    for (Module module : modules) {
      module.models().forEach(source -> models.add(source.model()));
      for (Slice slice : module.slices()) {
        slice.sources().forEach(source -> models.add(source.model()));
        slice.base().ifPresent(models::add);
      }
    }
    base.ifPresent(models::add);
    return models;
  }

  /// Every checkpoint that a method wants beside the models.
  public SequencedSet<ModelReference> statistics() {
    SequencedSet<ModelReference> statistics = new LinkedHashSet<>();
    for (Module module : modules) {
      module.models().forEach(source -> source.statistics().ifPresent(statistics::add));
      for (Slice slice : module.slices()) {
        slice.sources().forEach(source -> source.statistics().ifPresent(statistics::add));
      }
    }
    return statistics;
  }

  /// The model whose config.json and other files the output has: the base, else the first.
  public ModelReference donor() {
    return base.orElseGet(() -> models().getFirst());
  }
}
