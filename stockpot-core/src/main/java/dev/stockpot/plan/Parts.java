package dev.stockpot.plan;

import dev.stockpot.internal.text.Counted;
import dev.stockpot.recipe.MergeConfig;
import dev.stockpot.recipe.MergeConfig.Module;
import dev.stockpot.recipe.MergeConfig.Range;
import dev.stockpot.recipe.MergeConfig.Slice;
import dev.stockpot.recipe.MergeConfig.Source;
import dev.stockpot.recipe.ModelReference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/// Finds the parts of a merge's output: whole models, modules, slices of layers.
final class Parts {
  private final MergeConfig config;
  private final Map<ModelReference, Model> models;
  private final Faults faults;
  private final List<Part> parts = new ArrayList<>();
  private final List<Restacked> restacked = new ArrayList<>();

  /// Layers of the output that are not simply those of the models.
  ///
  /// @param prefix of their names
  /// @param layers of the model that each is from, in the output's order
  record Restacked(String prefix, List<Integer> layers) {}

  private Parts(MergeConfig config, Map<ModelReference, Model> models, Faults faults) {
    this.config = config;
    this.models = models;
    this.faults = faults;
  }

  /// Finds them all.
  static Parts of(MergeConfig config, Map<ModelReference, Model> models, Faults faults) {
    Parts parts = new Parts(config, models, faults);
    parts.find();
    return parts;
  }

  List<Part> all() {
    return List.copyOf(parts);
  }

  List<Restacked> restacked() {
    return List.copyOf(restacked);
  }

  private void find() {
    Map<String, LayerStack> named = new LinkedHashMap<>();
    for (Module module : config.modules()) {
      module.name().flatMap(_ -> stack(module)).ifPresent(it -> named.put(it.prefix(), it));
    }
    if (!named.isEmpty()) {
      checkEveryStackIsNamed(named);
    }
    for (Module module : config.modules()) {
      if (module.name().isEmpty() && module.slices().isEmpty()) {
        addWhole(module, _ -> true);
      } else {
        stack(module)
            .ifPresent(stack -> {
              Predicate<String> belongs = belongs(named, stack);
              if (module.slices().isEmpty()) {
                addWhole(module, belongs);
              } else {
                addSlices(module, stack, belongs);
              }
            });
      }
    }
  }

  private static Source first(Module module) {
    return module.slices().isEmpty()
        ? module.models().getFirst()
        : module.slices().getFirst().sources().getFirst();
  }

  /// The layers of a module, as its first model has them; a fault if they cannot be told.
  private Optional<LayerStack> stack(Module module) {
    Model model = models.get(first(module).model());
    List<LayerStack> stacks = List.copyOf(stacks(model).values());
    if (module.name().isPresent()) {
      return named(module, model, stacks);
    }
    if (stacks.isEmpty()) {
      faults.add(
          module
              .at()
              .error(
                  "slices need layers, and "
                      + model.checkpoint().path()
                      + " has none: no names such as model.layers.0.weight"));
      return Optional.empty();
    }
    List<LayerStack> right =
        stacks.size() == 1
            ? stacks
            : stacks.stream()
                .filter(stack -> LayerCounts.main(model).equals(Optional.of(stack.layers())))
                .toList();
    if (right.size() != 1) {
      faults.add(module.at().error(several(model, stacks)));
      return Optional.empty();
    }
    return Optional.of(right.getFirst());
  }

  private Optional<LayerStack> named(Module module, Model model, List<LayerStack> stacks) {
    String name = module.name().orElseThrow();
    List<LayerStack> exact = stacks.stream().filter(it -> it.prefix().equals(name)).toList();
    List<LayerStack> right =
        exact.isEmpty()
            ? stacks.stream()
                .filter(it -> List.of(it.prefix().split("\\.", -1)).contains(name))
                .toList()
            : exact;
    if (right.isEmpty() && name.equals("default") && stacks.size() == 1) {
      right = stacks;
    }
    if (right.size() != 1) {
      faults.add(
          module
              .at()
              .error(
                  "module '"
                      + name
                      + "' "
                      + (right.isEmpty() ? "is no stack of layers" : "could be several")
                      + " in "
                      + model.checkpoint().path()
                      + "; it has "
                      + names(stacks)));
      return Optional.empty();
    }
    return Optional.of(right.getFirst());
  }

  private static String several(Model model, List<LayerStack> stacks) {
    return model.checkpoint().path()
        + " has several stacks of layers: "
        + names(stacks)
        + "; say which slices are for which by modules: {"
        + stacks.stream()
            .map(stack -> stack.prefix() + ": {slices: [...]}")
            .collect(Collectors.joining(", "))
        + "}, or {models: [...]} for a module that is merged whole";
  }

  private static String names(List<LayerStack> stacks) {
    return stacks.isEmpty()
        ? "none"
        : stacks.stream().map(LayerStack::toString).collect(Collectors.joining(", "));
  }

  private void checkEveryStackIsNamed(Map<String, LayerStack> named) {
    Model model = models.get(first(config.modules().getFirst()).model());
    for (LayerStack stack : stacks(model).values()) {
      if (!named.containsKey(stack.prefix())) {
        faults.add(
            config
                .at("modules")
                .error(
                    "no module is for "
                        + stack
                        + " in "
                        + model.checkpoint().path()
                        + "; add it under modules"));
      }
    }
  }

  /// Which tensors go with a stack: its own, and of those in no layer the ones whose names begin
  /// most like its. What could be with several goes with the first.
  private static Predicate<String> belongs(Map<String, LayerStack> named, LayerStack stack) {
    if (named.isEmpty()) {
      return _ -> true;
    }
    return tensor -> {
      Optional<String> own = LayerName.of(tensor).map(LayerName::prefix).filter(named::containsKey);
      if (own.isPresent()) {
        return own.get().equals(stack.prefix());
      }
      String nearest = named.keySet().iterator().next();
      for (String prefix : named.keySet()) {
        if (common(tensor, prefix) > common(tensor, nearest)) {
          nearest = prefix;
        }
      }
      return nearest.equals(stack.prefix());
    };
  }

  private static int common(String a, String b) {
    String[] left = a.split("\\.", -1);
    String[] right = b.split("\\.", -1);
    int n = 0;
    while (n < left.length && n < right.length && left[n].equals(right[n])) {
      n++;
    }
    return n;
  }

  private void addWhole(Module module, Predicate<String> belongs) {
    List<Source> sources = new ArrayList<>(module.models());
    config
        .base()
        .filter(base -> sources.stream().noneMatch(source -> source.model().equals(base)))
        .ifPresent(base -> sources.add(Source.whole(config.at("base_model"), base)));
    Scope scope = new Scope.Whole(belongs);
    List<Part.Input> inputs = new ArrayList<>();
    for (Source source : sources) {
      inputs.add(Part.Input.of(source, models.get(source.model()), scope));
    }
    Map<String, LayerStack> stacks = stacks(inputs.getFirst().model());
    ToDoubleFunction<String> depth =
        tensor ->
            LayerName.of(tensor)
                .filter(name -> stacks.containsKey(name.prefix()))
                .map(name -> LayerStack.depth(name.index(), stacks.get(name.prefix()).layers()))
                .orElse(0.0);
    parts.add(new Part(module.at(), module, Optional.empty(), inputs, config.base(), depth, depth));
  }

  private void addSlices(Module module, LayerStack stack, Predicate<String> belongs) {
    int total = module.slices().stream().mapToInt(Parts::layers).sum();
    List<Integer> origins = new ArrayList<>();
    for (int i = 0; i < module.slices().size(); i++) {
      Slice slice = module.slices().get(i);
      int first = origins.size();
      boolean before = i == 0;
      boolean after = i == module.slices().size() - 1;
      List<Part.Input> inputs = new ArrayList<>();
      for (Source source : slice.sources()) {
        Range range = source.range().orElseThrow();
        if (range.layers() != layers(slice)) {
          faults.add(
              source
                  .at()
                  .error(
                      "this has "
                          + Counted.of(range.layers(), "layer")
                          + " and the slice's first source "
                          + layers(slice)
                          + "; all sources of a slice have the same number"));
          continue;
        }
        Model model = models.get(source.model());
        checkRange(source, model, stack);
        Scope scope = new Scope.Layers(stack.prefix(), range, first, before, after, belongs);
        inputs.add(Part.Input.of(source, model, scope));
      }
      Range origin = slice.sources().getFirst().range().orElseThrow();
      for (int layer = origin.from(); layer < origin.to(); layer++) {
        origins.add(layer);
      }
      parts.add(
          new Part(
              slice.at(),
              module,
              Optional.of(slice),
              inputs,
              slice.base().or(config::base),
              depth(stack, first, layers(slice)),
              depth(stack, 0, total)));
    }
    restacked.add(new Restacked(stack.prefix(), List.copyOf(origins)));
  }

  private static int layers(Slice slice) {
    return slice.sources().getFirst().range().orElseThrow().layers();
  }

  private static ToDoubleFunction<String> depth(LayerStack stack, int first, int layers) {
    return tensor ->
        LayerName.of(tensor)
            .filter(name -> name.prefix().equals(stack.prefix()))
            .map(name -> LayerStack.depth(name.index() - first, layers))
            .orElse(0.0);
  }

  private void checkRange(Source source, Model model, LayerStack stack) {
    LayerStack own = stacks(model).get(stack.prefix());
    Range range = source.range().orElseThrow();
    if (own == null) {
      faults.add(
          source
              .at()
              .error(
                  model.checkpoint().path()
                      + " has no layers named "
                      + stack.prefix()
                      + "; it has "
                      + names(List.copyOf(stacks(model).values()))));
    } else if (range.to() > own.layers()) {
      faults.add(
          source
              .at()
              .error(
                  "layer_range ["
                      + range.from()
                      + ", "
                      + range.to()
                      + "] ends after the last layer of "
                      + model.checkpoint().path()
                      + ", which has "
                      + own.layers()));
    } else {
      LayerCounts.contradiction(model, own).ifPresent(text -> faults.add(source.at().error(text)));
    }
  }

  private static SequencedMap<String, LayerStack> stacks(Model model) {
    return LayerStack.of(model.checkpoint().tensors().keySet());
  }
}
