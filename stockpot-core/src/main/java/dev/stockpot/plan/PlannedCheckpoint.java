package dev.stockpot.plan;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.Tensor;
import dev.stockpot.checkpoint.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// A checkpoint that is known before it is made: merges that use the result of others are planned
/// with it.
public final class PlannedCheckpoint implements Checkpoint {
  private final Path path;
  private final SequencedMap<String, TensorSpec> tensors = new LinkedHashMap<>();
  private final Map<String, String> metadata;
  private volatile Checkpoint made;

  /// @param path where it will be
  public PlannedCheckpoint(
      Path path, Collection<TensorSpec> tensors, Map<String, String> metadata) {
    this.path = path;
    tensors.forEach(spec -> this.tensors.put(spec.name(), spec));
    this.metadata = Map.copyOf(metadata);
  }

  /// Takes its data from now on from the checkpoint that has been made, and closes that when it is
  /// closed.
  public void made(Checkpoint checkpoint) {
    made = checkpoint;
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public List<Path> files() {
    return made == null ? List.of() : made.files();
  }

  @Override
  public SequencedMap<String, TensorSpec> tensors() {
    return Collections.unmodifiableSequencedMap(tensors);
  }

  @Override
  public Map<String, String> metadata() {
    return metadata;
  }

  /// @throws IllegalStateException if it has not been made
  @Override
  public void read(String name, long offset, ByteBuffer target) {
    checkpoint().read(name, offset, target);
  }

  /// @throws IllegalStateException if it has not been made
  @Override
  public Tensor tensor(String name) {
    return checkpoint().tensor(name);
  }

  @Override
  public void close() {
    if (made != null) {
      made.close();
    }
  }

  private Checkpoint checkpoint() {
    if (made == null) {
      throw new IllegalStateException(path + " has not been made");
    }
    return made;
  }
}
