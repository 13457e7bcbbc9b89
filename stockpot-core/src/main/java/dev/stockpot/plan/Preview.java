package dev.stockpot.plan;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.merge.MergeMethod;
import dev.stockpot.merge.Rehearsal;
import dev.stockpot.method.MethodDefinition;
import dev.stockpot.method.MethodDefinition.Base;
import dev.stockpot.method.MethodDefinition.Statistics;
import dev.stockpot.method.Methods;
import dev.stockpot.recipe.MergeConfig;
import dev.stockpot.recipe.MergeConfig.Module;
import dev.stockpot.recipe.MergeConfig.Slice;
import dev.stockpot.recipe.MergeConfig.Source;
import dev.stockpot.recipe.ModelReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// What a config will do with most tensors, as far as its first model tells.
///
/// @param method with the parameters of a layer in the middle
/// @param inputs dtypes, the base's first
/// @param output dtype of the result
/// @param rounding of the inputs
public record Preview(
    MergeMethod method, List<DType> inputs, DType output, Optional<DType> rounding) {
  /// Fits no filter but that for everything.
  private static final String TENSOR = "";

  /// A model below this is merged before the compiler is done with anything.
  private static final long LARGE = 64L << 20;

  /// What is known.
  ///
  /// @param first of the models
  /// @param outDType in place of the config's
  /// @return nothing if the models are small, or the config has mistakes, which the planner tells
  public static Optional<Preview> of(MergeConfig config, Model first, Optional<DType> outDType) {
    List<TensorSpec> tensors =
        first.checkpoint().unrounded().tensors().values().stream()
            .filter(spec -> spec.dtype().isFloat())
            .toList();
    if (tensors.stream().mapToLong(TensorSpec::bytes).sum() < LARGE) {
      return Optional.empty();
    }
    DType dtype =
        tensors.stream().max(Comparator.comparingLong(TensorSpec::bytes)).orElseThrow().dtype();
    return Methods.named(config.method())
        .filter(method -> method.statistics() == Statistics.NONE)
        .flatMap(method -> of(config, method, dtype, outDType));
  }

  private static Optional<Preview> of(
      MergeConfig config, MethodDefinition definition, DType dtype, Optional<DType> outDType) {
    Module module = config.modules().getFirst();
    Optional<Slice> slice = module.slices().stream().findFirst();
    Optional<ModelReference> base =
        slice.flatMap(Slice::base).or(config::base).filter(_ -> definition.base() != Base.MEMBER);
    List<Source> ingredients = new ArrayList<>(slice.map(Slice::sources).orElse(module.models()));
    ingredients.removeIf(source -> base.equals(Optional.of(source.model())));
    List<Values.Member> members =
        ingredients.stream().map(source -> new Values.Member(source, TENSOR)).toList();
    Values.Target middle = new Values.Target(TENSOR, 0.5, 0.5, module, slice);
    try {
      return new Values(config, definition, new Faults())
          .of(middle, members, base.isPresent())
          .map(definition.create())
          .map(method ->
              new Preview(
                  method,
                  Collections.nCopies(members.size() + (base.isPresent() ? 1 : 0), dtype),
                  outDType.or(config::outDType).or(config::dtype).orElse(dtype),
                  config.dtype()));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /// Begins to rehearse it.
  public Rehearsal rehearse() {
    return Rehearsal.begin(method, inputs, output, rounding);
  }
}
