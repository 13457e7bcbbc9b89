package dev.stockpot.lora;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.internal.text.Excerpt;
import dev.stockpot.lora.LowRank.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the tensors of an adapter's file are, by their names.
///
///     base_model.model.MODULE.lora_A.weight             lora_A.default.weight in older files
///     base_model.model.MODULE.lora_embedding_A          lora_embedding_A.default likewise
///     base_model.model.MODULE.modules_to_save.weight    without modules_to_save in newer files
///
/// @param modules by their names in the base
/// @param whole tensors that take the base's place, by the base's name
record AdapterTensors(
    SequencedMap<String, LowRank> modules, SequencedMap<String, TensorSpec> whole) {
  private static final String PREFIX = "base_model.model.";
  private static final Pattern FACTOR = Pattern.compile("(.+)\\.lora_([AB])(?:\\.[^.]+)?\\.weight");
  private static final Pattern EMBEDDING =
      Pattern.compile("(.+)\\.lora_embedding_([AB])(?:\\.[^.]+)?");
  private static final Pattern WRAPPER =
      Pattern.compile("\\.(?:modules_to_save(?:\\.default)?|base_layer)(?=\\.)");

  /// A module's tensors as far as they have been met.
  private record Pair(Kind kind, Map<String, TensorSpec> factors) {}

  /// Reads headers only.
  ///
  /// @throws CheckpointException naming every tensor that is amiss
  static AdapterTensors of(Checkpoint tensors, AdapterConfig config) {
    List<CheckpointException> faults = new ArrayList<>();
    SequencedMap<String, Pair> pairs = new LinkedHashMap<>();
    SequencedMap<String, TensorSpec> whole = new LinkedHashMap<>();
    for (TensorSpec spec : tensors.tensors().values()) {
      try {
        sort(tensors, spec, pairs, whole);
      } catch (CheckpointException e) {
        faults.add(e);
      }
    }
    SequencedMap<String, LowRank> modules = new LinkedHashMap<>();
    pairs.forEach((module, pair) -> {
      try {
        modules.put(module, lowRank(tensors, config, module, pair));
      } catch (CheckpointException e) {
        faults.add(e);
      }
    });
    if (!faults.isEmpty()) {
      throw CheckpointException.all("some tensors of the adapter cannot be used", faults);
    }
    if (modules.isEmpty()) {
      throw CheckpointException.of(
          tensors.path(), "holds no LoRA tensors, such as base_model.model.fc.lora_A.weight");
    }
    return new AdapterTensors(modules, whole);
  }

  private static void sort(
      Checkpoint tensors, TensorSpec spec, Map<String, Pair> pairs, Map<String, TensorSpec> whole) {
    String name = spec.name();
    String inner = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
    Matcher factor = FACTOR.matcher(inner);
    Matcher embedding = EMBEDDING.matcher(inner);
    if (factor.matches()) {
      Kind kind = spec.shape().size() > 2 ? Kind.CONVOLUTION : Kind.LINEAR;
      add(tensors, spec, factor, kind, pairs);
    } else if (embedding.matches()) {
      add(tensors, spec, embedding, Kind.EMBEDDING, pairs);
    } else if (inner.contains("lora_magnitude_vector")) {
      throw fault(tensors, spec, "is of DoRA, which is more than W + s·BA");
    } else if (inner.contains(".lora_")) {
      throw fault(tensors, spec, "is none of lora_A, lora_B, lora_embedding_A, lora_embedding_B");
    } else {
      whole.put(WRAPPER.matcher(inner).replaceAll(""), spec);
    }
  }

  private static void add(
      Checkpoint tensors, TensorSpec spec, Matcher name, Kind kind, Map<String, Pair> pairs) {
    String module = name.group(1);
    if (!spec.dtype().isFloat()) {
      throw fault(tensors, spec, "dtype " + spec.dtype() + " is not a float type");
    }
    Pair pair = pairs.computeIfAbsent(module, _ -> new Pair(kind, new LinkedHashMap<>()));
    TensorSpec before = pair.factors.put(name.group(2), spec);
    if (before != null) {
      throw fault(
          tensors,
          spec,
          "is one adapter's and '" + Excerpt.of(before.name()) + "' another's; save them apart");
    }
  }

  private static LowRank lowRank(
      Checkpoint tensors, AdapterConfig config, String module, Pair pair) {
    TensorSpec a = pair.factors.get("A");
    TensorSpec b = pair.factors.get("B");
    if (a == null || b == null) {
      throw fault(tensors, a == null ? b : a, "has no " + (a == null ? "A" : "B") + " beside it");
    }
    int rank;
    double scale;
    try {
      rank = config.rank(module);
      scale = config.scale(module);
    } catch (IllegalArgumentException e) {
      throw fault(tensors, a, "a pattern in " + AdapterConfig.FILE + " " + e.getMessage());
    }
    if (a.shape().size() < 2 || a.shape().size() != b.shape().size()) {
      throw fault(tensors, b, "shape " + b.shape() + " does not fit A's, which is " + a.shape());
    }
    checkRank(tensors, a, a.shape().getFirst(), rank);
    checkRank(tensors, b, b.shape().get(1), rank);
    if (b.shape().stream().skip(2).anyMatch(size -> size != 1)) {
      throw fault(tensors, b, "shape " + b.shape() + "; expected 1 after the first two");
    }
    return new LowRank(module, pair.kind, a, b, scale);
  }

  private static void checkRank(Checkpoint tensors, TensorSpec spec, long found, int rank) {
    if (found != rank) {
      throw fault(
          tensors,
          spec,
          "shape "
              + spec.shape()
              + " is of rank "
              + found
              + ", but "
              + AdapterConfig.FILE
              + " says "
              + rank);
    }
  }

  private static CheckpointException fault(Checkpoint tensors, TensorSpec spec, String what) {
    return CheckpointException.of(tensors.path(), spec.name(), what);
  }
}
