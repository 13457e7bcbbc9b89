package dev.stockpot.search;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.merge.MergeExecutor;
import dev.stockpot.merge.MergeMethod;
import dev.stockpot.merge.MergePlan;
import dev.stockpot.merge.MergeReport;
import dev.stockpot.merge.Precision;
import dev.stockpot.merge.Source;
import dev.stockpot.merge.Step;
import dev.stockpot.method.Linear;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The sum of a growing soup, kept unrounded on disk, so that a candidate costs one read of the sum
/// and one of the newcomer, and every mean is rounded once.
///
/// Means are bit for bit those of the members averaged together, in the order in which they came.
public final class RunningSum implements AutoCloseable {
  private final MergeExecutor executor;
  private final Path folder;
  private final Optional<DType> outDType;
  private final boolean saturate;

  private final List<Checkpoint> members = new ArrayList<>();
  private Optional<Checkpoint> sum = Optional.empty();

  /// @param folder for the sum, in 4 or 8 bytes an element; for a while there are two of them
  public RunningSum(
      MergeExecutor executor, Path folder, Optional<DType> outDType, boolean saturate) {
    this.executor = executor;
    this.folder = folder;
    this.outDType = outDType;
    this.saturate = saturate;
  }

  /// The members so far, in the order in which they came.
  public List<Checkpoint> members() {
    return List.copyOf(members);
  }

  /// Writes the mean of the members and a newcomer, who does not become a member by this.
  ///
  /// @param format of the target
  public MergeReport candidate(Checkpoint newcomer, Path target, CheckpointFormat format) {
    int k = members.size() + 1;
    MergePlan direct = MergePlan.of(with(newcomer), Linear.mean(k), outDType);
    return executor.execute(
        viaSum(direct, newcomer, Linear.sum(2).over(k)),
        format,
        target,
        saturate,
        Durability.CACHED);
  }

  /// Makes a newcomer a member.
  public void accept(Checkpoint newcomer) {
    MergePlan direct = MergePlan.of(with(newcomer), Linear.sum(members.size() + 1), outDType);
    Path file = folder.resolve("sum-" + (members.size() + 1) + ".safetensors");
    executor.execute(
        unrounded(viaSum(direct, newcomer, Linear.sum(2))), file, false, Durability.CACHED);
    close();
    sum = Optional.of(Checkpoints.open(file));
    members.add(newcomer);
  }

  /// Deletes the sum.
  @Override
  public void close() {
    sum.ifPresent(checkpoint -> {
      checkpoint.close();
      try {
        Files.deleteIfExists(checkpoint.path());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
    sum = Optional.empty();
  }

  private List<Checkpoint> with(Checkpoint newcomer) {
    List<Checkpoint> all = new ArrayList<>(members);
    all.add(newcomer);
    return all;
  }

  /// The same result from the sum and the newcomer, unless the newcomer changes the precision in
  /// which a tensor is summed.
  private MergePlan viaSum(MergePlan direct, Checkpoint newcomer, MergeMethod method) {
    if (sum.isEmpty() || !keepsPrecision(direct)) {
      return direct;
    }
    List<Step> steps = new ArrayList<>();
    for (Step step : direct.steps()) {
      steps.add(
          switch (step) {
            case Step.Mix mix -> mix(mix.output(), inputs(mix, newcomer), method, mix.precision());
            case Step.Copy copy -> new Step.Copy(copy.output(), inputs(copy, newcomer));
          });
    }
    return new MergePlan(List.of(sum.orElseThrow(), newcomer), steps, direct.metadata());
  }

  private static Step mix(
      TensorSpec output, List<Source> inputs, MergeMethod method, Precision precision) {
    return new Step.Mix(output, inputs, method, precision, Optional.empty(), 0);
  }

  private List<Source> inputs(Step step, Checkpoint newcomer) {
    String name = step.output().name();
    return List.of(Source.of(sum.orElseThrow(), name), Source.of(newcomer, name));
  }

  private boolean keepsPrecision(MergePlan direct) {
    return direct.steps().stream()
        .allMatch(step ->
            switch (step) {
              case Step.Mix mix ->
                  sum.orElseThrow().tensors().get(mix.output().name()).dtype()
                      == mix.precision().dtype();
              case Step.Copy _ -> true;
            });
  }

  /// The same plan with sums stored as they are.
  private static MergePlan unrounded(MergePlan plan) {
    List<Step> steps = new ArrayList<>();
    for (Step step : plan.steps()) {
      steps.add(
          switch (step) {
            case Step.Mix mix ->
                mix(
                    mix.output().withDType(mix.precision().dtype()),
                    mix.inputs(),
                    mix.method(),
                    mix.precision());
            case Step.Copy copy -> copy;
          });
    }
    return new MergePlan(plan.ingredients(), steps, plan.metadata());
  }
}
