package dev.stockpot.search;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.HuggingFaceFolder;
import dev.stockpot.internal.io.WorkFolder;
import dev.stockpot.merge.MergeExecutor;
import dev.stockpot.merge.MergePlan;
import dev.stockpot.method.Linear;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/// Candidates as files: what is to be measured is written, mapped, measured and deleted, since
/// evaluators hand on paths and mapped memory.
///
/// @param folder for them, one at a time
public record CandidateFiles(Path folder) {

  /// Whether a checkpoint's values are computed as they are read, as those of an adapter on its
  /// base; else it is measured as it is.
  @SuppressWarnings("ReferenceEquality") // a checkpoint is itself or it is not
  public static boolean isComputed(Checkpoint checkpoint) {
    return checkpoint.unrounded() != checkpoint;
  }

  /// Measures a checkpoint, by way of a file if its values are computed.
  ///
  /// @param saturate whether values that overflow its types are clamped
  public <R> R measure(
      Checkpoint checkpoint,
      MergeExecutor executor,
      boolean saturate,
      Function<Checkpoint, R> measure) {
    if (!isComputed(checkpoint)) {
      return measure.apply(checkpoint);
    }
    MergePlan plan = MergePlan.of(List.of(checkpoint), Linear.mean(1), Optional.empty());
    return measure(
        checkpoint.companions(),
        file -> executor.execute(plan, file, saturate, Durability.CACHED),
        measure);
  }

  /// Measures what is written.
  ///
  /// @param like where it is to be a folder: one whose companions it gets
  /// @param write writes the candidate
  public <R> R measure(Optional<Path> like, Consumer<Path> write, Function<Checkpoint, R> measure) {
    Path file =
        folder.resolve(like.isPresent() ? "candidate/model.safetensors" : "candidate.safetensors");
    Path candidate = like.isPresent() ? file.getParent() : file;
    try {
      write.accept(file);
      like.ifPresent(from -> HuggingFaceFolder.copyCompanions(from, candidate));
      try (Checkpoint checkpoint = Checkpoints.open(candidate)) {
        return measure.apply(checkpoint);
      }
    } finally {
      WorkFolder.delete(candidate);
    }
  }
}
