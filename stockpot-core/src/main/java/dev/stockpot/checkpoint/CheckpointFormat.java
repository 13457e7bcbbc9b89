package dev.stockpot.checkpoint;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/// A way to store checkpoints. A new one is a class and a line in [Checkpoints#FORMATS].
public interface CheckpointFormat {

  /// The name people use, such as `safetensors`.
  String name();

  /// Whether a path is of this format, judged by its name and, where that does not tell, its first
  /// bytes.
  boolean recognises(Path path);

  /// What names of its files end in, without the dot; the usual one first.
  default List<String> extensions() {
    return List.of(name());
  }

  /// Opens and validates a checkpoint; reads headers only.
  ///
  /// @throws CheckpointException if it is not valid
  Checkpoint open(Path path);

  /// Opens a checkpoint as the user says; formats that leave no choice take no notice.
  ///
  /// @throws CheckpointException if it is not valid
  default Checkpoint open(Path path, OpenOptions options) {
    return open(path);
  }

  /// This format for files that take from a template what tensors do not say, such as the graph of
  /// a network. Formats that store tensors alone return themselves.
  ///
  /// @param template an open checkpoint of whatever format, which stays open while files are
  ///   created; of another format it gives nothing
  default CheckpointFormat like(Checkpoint template) {
    return this;
  }

  /// Starts a new checkpoint.
  ///
  /// @param target the file or folder that [CheckpointWriter#commit] makes appear
  /// @param tensors what will be written
  /// @param metadata free text; carried where the format has a place for it
  /// @param durability whether commit waits for the disk
  /// @throws CheckpointException if nothing can be written there
  CheckpointWriter create(
      Path target,
      Collection<TensorSpec> tensors,
      Map<String, String> metadata,
      Durability durability);

  /// How sure commit makes that the data survives a power cut.
  enum Durability {
    /// The data is on disk when commit returns.
    SYNCED,
    /// Left to the operating system; for candidates that are evaluated and dropped.
    CACHED
  }
}
