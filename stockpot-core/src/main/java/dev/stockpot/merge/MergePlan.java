package dev.stockpot.merge;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.NamePrefix;
import dev.stockpot.checkpoint.TensorSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// What a merge will do, decided from headers alone: nothing is read or written yet.
///
/// @param ingredients that it reads; they stay open while the plan is used
/// @param steps one per tensor of the output, in the first ingredient's order
/// @param metadata of the output: what all ingredients agree on
public record MergePlan(
    List<Checkpoint> ingredients, List<Step> steps, Map<String, String> metadata) {

  public MergePlan {
    ingredients = List.copyOf(ingredients);
    steps = List.copyOf(steps);
    metadata = Map.copyOf(metadata);
  }

  /// Plans to mix every float tensor by a method; integer and bool tensors are copied.
  ///
  /// The output dtype is that of the tensor in all ingredients, the widest where they differ, or
  /// `outDType` for every float tensor.
  ///
  /// @param ingredients at least one, with the same names and shapes
  /// @throws CheckpointException listing every difference in names, shapes and kinds of dtype
  public static MergePlan of(
      List<Checkpoint> ingredients, MergeMethod method, Optional<DType> outDType) {
    Mismatches.check(ingredients);
    List<Step> steps = new ArrayList<>();
    for (TensorSpec spec : ingredients.getFirst().tensors().values()) {
      steps.add(step(ingredients, method, outDType, spec));
    }
    return new MergePlan(ingredients, steps, commonMetadata(ingredients));
  }

  /// Plans to store one checkpoint again: what keeps its type is copied, every other float tensor
  /// rounded once.
  ///
  /// @param outDType of every float tensor, if it is to be another
  /// @param identity leaves a single ingredient as it is
  public static MergePlan conversion(
      Checkpoint checkpoint, Optional<DType> outDType, MergeMethod identity) {
    List<Checkpoint> alone = List.of(checkpoint);
    List<Step> steps = new ArrayList<>();
    for (TensorSpec spec : checkpoint.tensors().values()) {
      steps.add(
          outDType.orElse(spec.dtype()) == spec.dtype()
              ? new Step.Copy(spec, List.of(new Source(checkpoint, spec)))
              : step(alone, identity, outDType, spec));
    }
    return new MergePlan(alone, steps, checkpoint.metadata());
  }

  /// Plans to mix task vectors around a base, which is the first input of every tensor that is
  /// mixed and plays no part in those that are copied.
  ///
  /// @throws CheckpointException listing every difference in names, shapes and kinds of dtype
  public static MergePlan of(
      Checkpoint base, List<Checkpoint> ingredients, MergeMethod method, Optional<DType> outDType) {
    List<Checkpoint> all = new ArrayList<>();
    all.add(base);
    all.addAll(ingredients);
    MergePlan plan = of(all, method, outDType);
    List<Step> steps = plan.steps.stream().map(MergePlan::withoutBase).toList();
    return new MergePlan(all, steps, plan.metadata);
  }

  private static Step withoutBase(Step step) {
    return switch (step) {
      case Step.Mix mix -> mix;
      case Step.Copy(TensorSpec output, List<Source> inputs) ->
          new Step.Copy(output, inputs.subList(1, inputs.size()));
    };
  }

  /// The tensors of the output.
  public List<TensorSpec> output() {
    return steps.stream().map(Step::output).toList();
  }

  /// Bytes that the merge reads: some methods read their inputs more than once.
  public long bytesRead() {
    return steps.stream().mapToLong(MergePlan::bytesRead).sum();
  }

  /// Bytes that the merge writes.
  public long bytesWritten() {
    return output().stream().mapToLong(TensorSpec::bytes).sum();
  }

  private static long bytesRead(Step step) {
    int times = step instanceof Step.Mix mix ? 1 + mix.method().passes() : 1;
    return times * step.inputs().stream().mapToLong(input -> input.spec().bytes()).sum();
  }

  private static Step step(
      List<Checkpoint> ingredients, MergeMethod method, Optional<DType> outDType, TensorSpec spec) {
    List<Source> inputs = ingredients.stream().map(i -> Source.of(i, spec.name())).toList();
    if (!spec.dtype().isFloat()) {
      return new Step.Copy(spec, inputs);
    }
    // What the ingredients say, not what computed ones are read in.
    List<DType> dtypes =
        ingredients.stream().map(i -> i.tensors().get(spec.name()).dtype()).toList();
    TensorSpec output = spec.withDType(outDType.orElseGet(() -> DType.widest(dtypes)));
    return new Step.Mix(output, inputs, method);
  }

  private static Map<String, String> commonMetadata(List<Checkpoint> ingredients) {
    Map<String, String> common = new LinkedHashMap<>(ingredients.getFirst().metadata());
    for (Checkpoint ingredient : ingredients) {
      common.entrySet().retainAll(ingredient.metadata().entrySet());
    }
    return common;
  }

  /// Where ingredients do not fit together.
  private static final class Mismatches {
    static void check(List<Checkpoint> ingredients) {
      Checkpoint first = ingredients.getFirst();
      List<CheckpointException> found = new ArrayList<>();
      for (Checkpoint other : ingredients.subList(1, ingredients.size())) {
        List<CheckpointException> prefixed = prefixed(first, other);
        if (!prefixed.isEmpty()) {
          found.addAll(prefixed);
          continue;
        }
        for (TensorSpec spec : first.tensors().values()) {
          compare(first, spec, other).ifPresent(found::add);
        }
        for (String name : other.tensors().keySet()) {
          if (!first.tensors().containsKey(name)) {
            found.add(
                CheckpointException.of(
                    other.path(), name, "is not in " + first.path() + hint(name)));
          }
        }
      }
      if (!found.isEmpty()) {
        throw CheckpointException.all("the ingredients do not fit together", found);
      }
    }

    /// What to strip, if that makes the names the same.
    private static List<CheckpointException> prefixed(Checkpoint first, Checkpoint other) {
      String firsts = NamePrefix.common(first.tensors().keySet());
      String others = NamePrefix.common(other.tensors().keySet());
      if (firsts.equals(others) || !stripped(first, firsts).equals(stripped(other, others))) {
        return List.of();
      }
      List<CheckpointException> found = new ArrayList<>();
      prefixed(first, firsts, other).ifPresent(found::add);
      prefixed(other, others, first).ifPresent(found::add);
      return found;
    }

    private static Optional<CheckpointException> prefixed(
        Checkpoint checkpoint, String prefix, Checkpoint unlike) {
      return prefix.isEmpty()
          ? Optional.empty()
          : Optional.of(
              CheckpointException.of(
                  checkpoint.path(),
                  "every name begins with '"
                      + prefix
                      + "', unlike those in "
                      + unlike.path()
                      + "; strip it with: stockpot convert "
                      + checkpoint.path()
                      + " OUT --strip-prefix"));
    }

    private static Set<String> stripped(Checkpoint checkpoint, String prefix) {
      return checkpoint.tensors().keySet().stream()
          .map(name -> name.substring(prefix.length()))
          .collect(Collectors.toSet());
    }

    private static Optional<CheckpointException> compare(
        Checkpoint first, TensorSpec spec, Checkpoint other) {
      TensorSpec theirs = other.tensors().get(spec.name());
      String what;
      if (theirs == null) {
        what = "is missing; it is in " + first.path() + hint(spec.name());
      } else if (!theirs.shape().equals(spec.shape())) {
        what = "shape " + theirs.shape() + " differs from " + spec.shape() + " in " + first.path();
      } else if (!mixable(theirs.dtype(), spec.dtype())) {
        what = "dtype " + theirs.dtype() + " differs from " + spec.dtype() + " in " + first.path();
      } else {
        return Optional.empty();
      }
      return Optional.of(CheckpointException.of(other.path(), spec.name(), what));
    }

    /// Language models with tied embeddings are saved with or without their head.
    private static String hint(String name) {
      return name.equals("lm_head.weight")
          ? "; where config.json has tie_word_embeddings it is the embedding itself: save all"
              + " ingredients with it, or all without"
          : "";
    }

    private static boolean mixable(DType a, DType b) {
      return a == b || (a.isFloat() && b.isFloat());
    }
  }
}
