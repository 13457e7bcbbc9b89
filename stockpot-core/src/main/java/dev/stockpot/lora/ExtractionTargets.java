package dev.stockpot.lora;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.Comparison;
import dev.stockpot.checkpoint.TensorBytes;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.internal.work.Workers;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Which weights an extracted adapter adapts, by names, shapes and whether they differ.
///
/// @param weights in the order of the fine-tuned checkpoint
/// @param names for `target_modules`: last parts of names where all modules of such a name are
///   adapted, else whole names
/// @param left tensors that differ, or that only one has, and are not adapted
record ExtractionTargets(List<TensorSpec> weights, List<String> names, List<String> left) {
  private static final String WEIGHT = ".weight";

  /// Layers that give the output; from the outermost module, or anywhere.
  private static final Set<String> OUTER_HEADS = Set.of("output", "head", "classifier", "score");

  private static final Set<String> HEADS = Set.of("lm_head", "embed_out");

  static ExtractionTargets of(AdapterExtraction extraction, int threads, Progress progress) {
    Checkpoint base = extraction.base();
    Checkpoint tuned = extraction.tuned();
    List<String> wanted = extraction.settings().targets();
    Set<String> differing = differing(base, tuned, threads, progress);
    List<TensorSpec> candidates =
        tuned.tensors().values().stream()
            .filter(spec -> isMatrix(spec) && sameShape(spec, base))
            .filter(spec -> isWanted(module(spec.name()), wanted))
            .toList();
    checkTargets(tuned, candidates, wanted);
    // Where one of its kind differs, all are in: the config names kinds.
    Set<String> kinds =
        candidates.stream()
            .filter(spec -> differing.contains(spec.name()))
            .map(spec -> last(module(spec.name())))
            .collect(Collectors.toCollection(LinkedHashSet::new));
    List<TensorSpec> weights =
        candidates.stream().filter(spec -> kinds.contains(last(module(spec.name())))).toList();
    if (weights.isEmpty()) {
      throw CheckpointException.of(
          tuned.path(),
          "no weight of a linear layer differs from that in "
              + base.path()
              + (differing.isEmpty() ? "" : "; --targets names other layers"));
    }
    Set<String> adapted = weights.stream().map(TensorSpec::name).collect(Collectors.toSet());
    List<String> left = differing.stream().filter(name -> !adapted.contains(name)).toList();
    return new ExtractionTargets(weights, names(tuned, kinds, weights, adapted), left);
  }

  /// The module of a weight.
  static String module(String weight) {
    return weight.substring(0, weight.length() - WEIGHT.length());
  }

  /// Whether a module's name is that of an embedding.
  static boolean isEmbedding(String module) {
    String last = last(module);
    return !HEADS.contains(last)
        && (last.contains("embed") || last.equals("wte") || last.equals("wpe"));
  }

  private static boolean isMatrix(TensorSpec spec) {
    return spec.name().endsWith(WEIGHT)
        && spec.name().length() > WEIGHT.length()
        && spec.shape().size() == 2
        && spec.elements() > 0
        && spec.dtype().isFloat();
  }

  private static boolean sameShape(TensorSpec spec, Checkpoint other) {
    TensorSpec theirs = other.tensors().get(spec.name());
    return theirs != null && theirs.shape().equals(spec.shape()) && theirs.dtype().isFloat();
  }

  private static boolean isWanted(String module, List<String> targets) {
    if (!targets.isEmpty()) {
      return targets.stream().anyMatch(target -> fits(module, target));
    }
    return !isEmbedding(module) && !HEADS.contains(last(module)) && !OUTER_HEADS.contains(module);
  }

  private static boolean fits(String module, String target) {
    return module.equals(target) || module.endsWith("." + target);
  }

  private static void checkTargets(
      Checkpoint tuned, List<TensorSpec> candidates, List<String> targets) {
    for (String target : targets) {
      if (candidates.stream().noneMatch(spec -> fits(module(spec.name()), target))) {
        throw CheckpointException.of(
            tuned.path(),
            "has no module '"
                + target
                + "' with a weight of two dimensions that the base has too; stockpot inspect lists"
                + " the tensors");
      }
    }
  }

  private static List<String> names(
      Checkpoint tuned, Set<String> kinds, List<TensorSpec> weights, Set<String> adapted) {
    boolean whole =
        tuned.tensors().keySet().stream()
            .filter(name -> name.endsWith(WEIGHT) && name.length() > WEIGHT.length())
            .anyMatch(name -> kinds.contains(last(module(name))) && !adapted.contains(name));
    return whole
        ? weights.stream().map(spec -> module(spec.name())).toList()
        : kinds.stream().sorted().toList();
  }

  private static String last(String module) {
    return module.substring(module.lastIndexOf('.') + 1);
  }

  /// Names of the tensors whose values differ, or that only one has in that shape.
  private static Set<String> differing(
      Checkpoint base, Checkpoint tuned, int threads, Progress progress) {
    Set<String> differing = new LinkedHashSet<>();
    List<TensorSpec> common = new ArrayList<>();
    for (TensorSpec spec : tuned.tensors().values()) {
      TensorSpec theirs = base.tensors().get(spec.name());
      if (theirs != null
          && (theirs.equals(spec) || (sameShape(spec, base) && spec.dtype().isFloat()))) {
        common.add(spec);
      }
    }
    long bytes = common.stream().mapToLong(spec -> Delta.bytes(base, tuned, spec.name())).sum();
    try (Progress.Task task =
        progress.begin("comparing", new Progress.Total(bytes, Progress.Unit.BYTES))) {
      List<Boolean> differ = Workers.map(threads, common, spec -> differs(base, tuned, spec, task));
      for (int i = 0; i < common.size(); i++) {
        if (differ.get(i)) {
          differing.add(common.get(i).name());
        }
      }
    }
    Set<String> compared = common.stream().map(TensorSpec::name).collect(Collectors.toSet());
    Comparison.headers(base, tuned).keySet().stream()
        .filter(name -> !compared.contains(name))
        .forEach(differing::add);
    return differing;
  }

  private static boolean differs(
      Checkpoint base, Checkpoint tuned, TensorSpec spec, Progress.Task task) {
    if (spec.dtype().isFloat()) {
      return new Delta(base, tuned, spec.name(), task).squares() > 0;
    }
    task.advance(Delta.bytes(base, tuned, spec.name()));
    return TensorBytes.firstDifference(base, tuned, spec.name()).isPresent();
  }
}
