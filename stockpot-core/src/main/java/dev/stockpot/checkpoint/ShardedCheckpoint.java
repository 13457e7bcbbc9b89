package dev.stockpot.checkpoint;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// Several checkpoints with different tensors as one.
final class ShardedCheckpoint implements Checkpoint {
  private final Path path;
  private final List<Path> files;
  private final List<Checkpoint> shards;
  private final SequencedMap<String, TensorSpec> tensors = new LinkedHashMap<>();
  private final Map<String, Checkpoint> owners = new LinkedHashMap<>();

  /// Takes open checkpoints and closes them when it is closed.
  ///
  /// @param path of the whole
  /// @param files that it is made of, besides the shards'
  /// @param shards without a common tensor
  ShardedCheckpoint(Path path, List<Path> files, List<Checkpoint> shards) {
    this.path = path;
    this.files = new ArrayList<>(files);
    this.shards = List.copyOf(shards);
    for (Checkpoint shard : shards) {
      this.files.addAll(shard.files());
      tensors.putAll(shard.tensors());
      shard.tensors().keySet().forEach(name -> owners.put(name, shard));
    }
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public List<Path> files() {
    return Collections.unmodifiableList(files);
  }

  @Override
  public SequencedMap<String, TensorSpec> tensors() {
    return Collections.unmodifiableSequencedMap(tensors);
  }

  /// What all shards agree on.
  @Override
  public Map<String, String> metadata() {
    Map<String, String> common = new LinkedHashMap<>();
    shards.stream().findFirst().ifPresent(shard -> common.putAll(shard.metadata()));
    shards.forEach(shard -> common.entrySet().retainAll(shard.metadata().entrySet()));
    return Collections.unmodifiableMap(common);
  }

  /// What the shards note, each sentence once.
  @Override
  public List<String> notes() {
    return shards.stream().flatMap(shard -> shard.notes().stream()).distinct().toList();
  }

  @Override
  public void read(String name, long offset, ByteBuffer target) {
    owner(name).read(name, offset, target);
  }

  @Override
  public Tensor tensor(String name) {
    return owner(name).tensor(name);
  }

  @Override
  public void close() {
    shards.forEach(Checkpoint::close);
  }

  private Checkpoint owner(String name) {
    Checkpoint owner = owners.get(name);
    if (owner == null) {
      throw new IllegalArgumentException("no tensor '" + name + "'");
    }
    return owner;
  }
}
