package dev.stockpot.merge;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.CheckpointFormat;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType.Kind;
import dev.stockpot.checkpoint.TensorBytes;
import dev.stockpot.internal.work.Workers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Carries out a [MergePlan]: streams every ingredient in chunks through all cores into one output.
///
/// Memory is bounded, whatever the number and size of the ingredients. The output is the same bytes
/// for any number of threads and any amount of memory.
///
/// @param threads that compute, at least 1
/// @param memory most bytes for buffers and for what methods sum up
/// @param progress hears of the bytes read and written
public record MergeExecutor(int threads, long memory, Progress progress) {
  public MergeExecutor {
    if (threads < 1) {
      throw new IllegalArgumentException("threads " + threads);
    }
  }

  /// With as much memory as is usual.
  public MergeExecutor(int threads, Progress progress) {
    this(threads, MergeMemory.usual(), progress);
  }

  /// Writes what the plan says, in the format that the target's name asks for and like the first
  /// ingredient.
  ///
  /// @param target appears only when all is well
  /// @param saturate whether finite values that overflow the output dtype are clamped
  /// @throws CheckpointException if values overflow (all tensors are named), or raw tensors differ
  public MergeReport execute(MergePlan plan, Path target, boolean saturate, Durability durability) {
    CheckpointFormat format = Checkpoints.formatOf(target).like(plan.ingredients().getFirst());
    return execute(plan, format, target, saturate, durability);
  }

  /// Writes what the plan says in a format that is not decided by the target's name alone.
  ///
  /// @throws CheckpointException if values overflow (all tensors are named), or raw tensors differ
  public MergeReport execute(
      MergePlan plan,
      CheckpointFormat format,
      Path target,
      boolean saturate,
      Durability durability) {
    MergeMemory.check(plan, threads, memory);
    checkRawTensors(plan);
    long total = plan.bytesRead() + plan.bytesWritten();
    try (CheckpointWriter writer =
            format.create(target, plan.output(), plan.metadata(), durability);
        Progress.Task task =
            progress.begin("merging", new Progress.Total(total, Progress.Unit.BYTES))) {
      Meter meter = new Meter(task, total);
      Findings findings = work(plan, writer, saturate, meter);
      findings.checkOverflow(target);
      meter.complete();
      writer.commit();
      return new MergeReport(
          plan.bytesRead(), plan.bytesWritten(), findings.notes(), findings.figures());
    }
  }

  private Findings work(MergePlan plan, CheckpointWriter writer, boolean saturate, Meter meter) {
    Jobs jobs = new Jobs(plan, threads);
    long window = MergeMemory.window(plan, threads, memory);
    List<MergeWorker> workers = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      workers.add(new MergeWorker(plan, jobs, writer, saturate, window, meter));
    }
    Findings all = new Findings(plan);
    Workers.map(threads, workers, MergeWorker::work).forEach(all::add);
    return all;
  }

  /// Types that Stockpot only carries can be copied where all agree, and nothing else.
  private static void checkRawTensors(MergePlan plan) {
    List<CheckpointException> faults = new ArrayList<>();
    for (Step step : plan.steps()) {
      if (step.output().dtype().kind() == Kind.RAW) {
        Source firstInput = step.inputs().getFirst();
        Checkpoint first = firstInput.checkpoint();
        for (Source input : step.inputs().subList(1, step.inputs().size())) {
          Checkpoint other = input.checkpoint();
          if (TensorBytes.firstDifference(
                  first, firstInput.spec().name(), other, input.spec().name())
              .isPresent()) {
            faults.add(
                CheckpointException.of(
                    other.path(),
                    step.output().name(),
                    "dtype "
                        + step.output().dtype()
                        + " cannot be averaged, and the values differ from those in "
                        + first.path()));
          }
        }
      }
    }
    if (!faults.isEmpty()) {
      throw CheckpointException.all("some tensors cannot be averaged", faults);
    }
  }
}
