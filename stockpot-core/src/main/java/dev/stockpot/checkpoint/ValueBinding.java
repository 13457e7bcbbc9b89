package dev.stockpot.checkpoint;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// Which tensor is which, where a graph was exported from a checkpoint under other names: the one
/// of the same name and shape or, failing that, the one of the same values, as it is or transposed.
///
/// @param sources the tensor for each of the graph's float initializers that one was found for
/// @param byValue those of them whose names do not tell
/// @param unfilled why none was found for the others
/// @param unused why the checkpoint's other float tensors are for nothing
public record ValueBinding(
    SequencedMap<String, Source> sources,
    SequencedMap<String, Source> byValue,
    SequencedMap<String, String> unfilled,
    SequencedMap<String, String> unused) {

  /// A tensor of the checkpoint.
  ///
  /// @param tensor its name
  /// @param transposed whether the graph has it, a matrix, transposed
  public record Source(String tensor, boolean transposed) {}

  public ValueBinding {
    sources = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(sources));
    byValue = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(byValue));
    unfilled = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(unfilled));
    unused = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(unused));
  }

  /// Finds out which tensor is which. Reads the tensors whose names do not tell, a few times, and
  /// square matrices, which may be transposed under their own names.
  ///
  /// @param graph an ONNX file
  /// @param base what the graph was exported from
  /// @param constant names of initializers that are the graph's own and no tensors
  public static ValueBinding of(Checkpoint graph, Checkpoint base, Predicate<String> constant) {
    return new Search(graph, base, constant).run();
  }

  /// A checkpoint with the names and shapes of `base` under the graph's names. Tensors that are
  /// bound to nothing keep theirs.
  ///
  /// @return is closed instead of the weights
  public Checkpoint apply(Checkpoint weights) {
    return new BoundCheckpoint(weights, sources);
  }

  /// What was found by value, a phrase each.
  public List<String> found() {
    return byValue.entrySet().stream()
        .map(entry ->
            entry.getKey()
                + " = "
                + entry.getValue().tensor()
                + (entry.getValue().transposed() ? " transposed" : ""))
        .toList();
  }

  /// What was not found, a line each.
  public List<String> faults() {
    List<String> lines = new ArrayList<>();
    unfilled.forEach((name, why) -> lines.add("initializer '" + name + "': " + why));
    unused.forEach((name, why) -> lines.add("tensor '" + name + "': " + why));
    return lines;
  }

  /// Values in a shape.
  private record Key(List<Long> shape, long hash) {}

  private static final class Search {
    private final Checkpoint graph;
    private final Checkpoint base;
    private final Predicate<String> constant;
    private final ValueHash hash = new ValueHash();
    private final SequencedMap<String, Source> sources = new LinkedHashMap<>();
    private final SequencedMap<String, Source> byValue = new LinkedHashMap<>();
    private final SequencedMap<String, String> unfilled = new LinkedHashMap<>();
    private final SequencedMap<String, String> unused = new LinkedHashMap<>();
    private final Map<String, String> ambiguous = new HashMap<>();

    Search(Checkpoint graph, Checkpoint base, Predicate<String> constant) {
      this.graph = graph;
      this.base = base;
      this.constant = constant;
    }

    ValueBinding run() {
      List<TensorSpec> renamed = new ArrayList<>();
      for (TensorSpec spec : floats(graph)) {
        TensorSpec same = base.tensors().get(spec.name());
        if (constant.test(spec.name())) {
          continue;
        }
        if (same != null && same.shape().equals(spec.shape()) && !isTurned(spec, same)) {
          sources.put(spec.name(), new Source(spec.name(), false));
        } else {
          renamed.add(spec);
        }
      }
      bind(renamed);
      explainUnused();
      return new ValueBinding(sources, byValue, unfilled, unused);
    }

    /// Whether a square matrix kept its name, but not its place: no shape tells.
    private boolean isTurned(TensorSpec spec, TensorSpec same) {
      return spec.shape().size() == 2
          && spec.shape().equals(spec.shape().reversed())
          && hash.of(graph, spec) != hash.of(base, same)
          && hash.of(graph, spec) == hash.ofTransposed(base, same);
    }

    private void bind(List<TensorSpec> renamed) {
      Set<String> named = new HashSet<>(sources.keySet());
      Map<Key, List<Source>> candidates = candidates(shapes(renamed), floats(base));
      for (TensorSpec spec : renamed) {
        List<Source> equal =
            candidates.getOrDefault(new Key(spec.shape(), hash.of(graph, spec)), List.of()).stream()
                .filter(source -> isEqual(spec, source))
                .toList();
        // A tensor that already has its place is here again only if no other can be meant.
        List<Source> free =
            equal.stream().filter(source -> !named.contains(source.tensor())).toList();
        List<Source> best = free.isEmpty() ? equal : free;
        switch (best.size()) {
          case 0 -> unfilled.put(spec.name(), "no tensor has its values");
          case 1 -> {
            sources.put(spec.name(), best.getFirst());
            byValue.put(spec.name(), best.getFirst());
          }
          default -> {
            List<String> names = best.stream().map(Source::tensor).toList();
            names.forEach(name -> ambiguous.put(name, spec.name()));
            unfilled.put(
                spec.name(),
                "has the values of several tensors, which cannot be told apart: "
                    + String.join(", ", names));
          }
        }
      }
    }

    /// The float tensors that could be of one of these shapes, by their values.
    private Map<Key, List<Source>> candidates(Set<List<Long>> shapes, List<TensorSpec> tensors) {
      Map<Key, List<Source>> candidates = new HashMap<>();
      for (TensorSpec spec : tensors) {
        Optional<Key> asIs = Optional.empty();
        if (shapes.contains(spec.shape())) {
          asIs = Optional.of(new Key(spec.shape(), hash.of(base, spec)));
          add(candidates, asIs.get(), new Source(spec.name(), false));
        }
        if (spec.shape().size() == 2 && shapes.contains(spec.shape().reversed())) {
          Key key = new Key(spec.shape().reversed(), hash.ofTransposed(base, spec));
          if (!asIs.equals(Optional.of(key))) {
            add(candidates, key, new Source(spec.name(), true));
          }
        }
      }
      return candidates;
    }

    private static void add(Map<Key, List<Source>> candidates, Key key, Source source) {
      candidates.computeIfAbsent(key, _ -> new ArrayList<>()).add(source);
    }

    /// Exporters merge tensors of equal values into one initializer, and fold tensors into others.
    private void explainUnused() {
      Set<String> used = new HashSet<>();
      sources.values().forEach(source -> used.add(source.tensor()));
      List<TensorSpec> spare =
          floats(base).stream().filter(spec -> !used.contains(spec.name())).toList();
      Set<List<Long>> shapes = shapes(spare);
      Map<Key, String> merged = new HashMap<>();
      for (String name : sources.keySet()) {
        TensorSpec spec = graph.tensors().get(name);
        if (shapes.contains(spec.shape())) {
          merged.putIfAbsent(new Key(spec.shape(), hash.of(graph, spec)), name);
        }
      }
      for (TensorSpec spec : spare) {
        unused.put(
            spec.name(),
            whyUnused(
                spec.name(),
                Optional.ofNullable(merged.get(new Key(spec.shape(), hash.of(base, spec))))));
      }
    }

    /// @param merged an initializer that another tensor fills and that has the tensor's values
    private String whyUnused(String tensor, Optional<String> merged) {
      if (ambiguous.containsKey(tensor)) {
        return "has the values of initializer '"
            + ambiguous.get(tensor)
            + "', as other tensors have";
      }
      return merged
          .map(name ->
              "has the values of "
                  + sources.get(name).tensor()
                  + ", which alone is in the graph, as '"
                  + name
                  + "'")
          .orElse("no initializer has its values");
    }

    private boolean isEqual(TensorSpec spec, Source source) {
      Checkpoint bound = new BoundCheckpoint(base, Map.of(spec.name(), source));
      TensorSpec other = bound.tensors().get(spec.name());
      ElementReader ours = new ElementReader();
      ElementReader theirs = new ElementReader();
      for (long at = 0; at < spec.elements(); at += Elements.TILE) {
        int n = ours.tile(graph, spec, at);
        theirs.tile(bound, other, at);
        for (int i = 0; i < n; i++) {
          // Numbers that are equal, or both NaN.
          if (Double.compare(ours.reals()[i] + 0.0, theirs.reals()[i] + 0.0) != 0) {
            return false;
          }
        }
      }
      return true;
    }

    private static List<TensorSpec> floats(Checkpoint checkpoint) {
      return checkpoint.tensors().values().stream().filter(spec -> spec.dtype().isFloat()).toList();
    }

    private static Set<List<Long>> shapes(List<TensorSpec> specs) {
      return specs.stream().map(TensorSpec::shape).collect(Collectors.toSet());
    }
  }
}
