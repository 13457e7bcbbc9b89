package dev.stockpot.search;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.HuggingFaceFolder;
import dev.stockpot.checkpoint.Safetensors;
import dev.stockpot.eval.Evaluator;
import dev.stockpot.internal.io.WorkFolder;
import dev.stockpot.merge.MergeExecutor;
import dev.stockpot.merge.MergePlan;
import dev.stockpot.merge.MergeReport;
import dev.stockpot.method.Linear;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/// Candidates as files: what is to be measured is written, mapped, measured and deleted, since
/// evaluators hand on paths and mapped memory.
///
/// @param folder for them
/// @param format of the files
/// @param extension of their names
/// @param companions where candidates are folders: one whose companions they get
public record CandidateFiles(
    Path folder, CheckpointFormat format, String extension, Optional<Path> companions) {
  private static final AtomicLong COUNT = new AtomicLong();

  /// Writes a candidate.
  public interface Write {
    /// Writes it to a file of a format.
    MergeReport to(Path file, CheckpointFormat format);
  }

  /// A candidate while it is measured.
  ///
  /// @param checkpoint the candidate
  /// @param end clears it away
  public record Candidate(Checkpoint checkpoint, Runnable end) implements AutoCloseable {

    /// A file that was there before, and stays.
    static Candidate stored(Path path) {
      Checkpoint checkpoint = Checkpoints.open(path);
      return new Candidate(checkpoint, checkpoint::close);
    }

    @Override
    public void close() {
      end.run();
    }
  }

  /// Candidates for an evaluator: of the first ingredient's format and layout where it hands on
  /// paths, else as fits it best.
  public static CandidateFiles of(Path folder, Evaluator evaluator, Checkpoint first) {
    if (first.companions().isPresent() || !evaluator.handsOnPaths() || isComputed(first)) {
      return new CandidateFiles(folder, new Safetensors(), "safetensors", first.companions());
    }
    String name = first.path().getFileName().toString();
    CheckpointFormat format = Checkpoints.formatOf(first.path()).like(first);
    String extension = name.substring(name.lastIndexOf('.') + 1);
    return new CandidateFiles(folder, format, extension, Optional.empty());
  }

  /// Whether a checkpoint's values are computed as they are read, as those of an adapter on its
  /// base; else it is measured as it is.
  @SuppressWarnings("ReferenceEquality") // a checkpoint is itself or it is not
  public static boolean isComputed(Checkpoint checkpoint) {
    return checkpoint.unrounded() != checkpoint;
  }

  /// A checkpoint as a candidate, by way of a file if its values are computed.
  ///
  /// @param saturate whether values that overflow its types are clamped
  public Candidate of(Checkpoint checkpoint, MergeExecutor executor, boolean saturate) {
    if (!isComputed(checkpoint)) {
      return new Candidate(checkpoint, () -> {});
    }
    MergePlan plan = MergePlan.of(List.of(checkpoint), Linear.mean(1), Optional.empty());
    return write((file, like) -> executor.execute(plan, like, file, saturate, Durability.CACHED));
  }

  /// A candidate that is written for it.
  public Candidate write(Write write) {
    String name = "candidate-" + COUNT.incrementAndGet();
    Path path = folder.resolve(companions.isPresent() ? name : name + "." + extension);
    try {
      write.to(companions.isPresent() ? path.resolve("model." + extension) : path, format);
      companions.ifPresent(from -> HuggingFaceFolder.copyCompanions(from, path));
      Checkpoint checkpoint = Checkpoints.open(path);
      return new Candidate(
          checkpoint,
          () -> {
            checkpoint.close();
            WorkFolder.delete(path);
          });
    } catch (RuntimeException | Error e) {
      WorkFolder.delete(path);
      throw e;
    }
  }
}
