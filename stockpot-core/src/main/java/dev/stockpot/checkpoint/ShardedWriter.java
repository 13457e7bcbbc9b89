package dev.stockpot.checkpoint;

import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.internal.io.AtomicFile;
import dev.stockpot.internal.io.AtomicFolder;
import dev.stockpot.internal.io.IoReason;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/// Writes a folder in Hugging Face layout: `model.safetensors`, or shards with their index.
final class ShardedWriter implements CheckpointWriter {
  private final AtomicFolder folder;
  private final boolean sync;
  private final List<CheckpointWriter> shards = new ArrayList<>();
  private final Map<String, CheckpointWriter> owners = new LinkedHashMap<>();

  ShardedWriter(Path target, Durability durability) {
    try {
      folder = new AtomicFolder(target);
    } catch (UncheckedIOException e) {
      throw CheckpointException.of(target, "cannot be written: " + IoReason.of(e.getCause()));
    }
    sync = durability == Durability.SYNCED;
  }

  /// Starts the files that hold tensors.
  void begin(List<List<TensorSpec>> groups, Map<String, String> metadata, Durability durability) {
    SequencedMap<String, String> index = new LinkedHashMap<>();
    long bytes = 0;
    for (int i = 0; i < groups.size(); i++) {
      String name = name(i, groups.size());
      CheckpointWriter shard =
          new Safetensors()
              .create(folder.path().resolve(name), groups.get(i), metadata, durability);
      shards.add(shard);
      for (TensorSpec tensor : groups.get(i)) {
        owners.put(tensor.name(), shard);
        index.put(tensor.name(), name);
        bytes += tensor.bytes();
      }
    }
    if (groups.size() > 1) {
      add("model.safetensors.index.json", new ShardIndex(index).write(bytes));
    }
  }

  /// Adds a file that holds no tensors.
  void add(String name, byte[] content) {
    AtomicFile.write(folder.path().resolve(name), content, sync);
  }

  /// Splits tensors, in their order, into groups of at most so many bytes; a larger tensor is a
  /// group by itself.
  ///
  /// @throws IllegalArgumentException if two have one name
  static List<List<TensorSpec>> split(Collection<TensorSpec> tensors, long mostBytes) {
    List<List<TensorSpec>> groups = new ArrayList<>();
    List<TensorSpec> group = new ArrayList<>();
    Set<String> names = new HashSet<>();
    long bytes = 0;
    for (TensorSpec tensor : tensors) {
      if (!names.add(tensor.name())) {
        throw new IllegalArgumentException("two tensors named '" + tensor.name() + "'");
      }
      if (!group.isEmpty() && tensor.bytes() > mostBytes - bytes) {
        groups.add(group);
        group = new ArrayList<>();
        bytes = 0;
      }
      group.add(tensor);
      bytes += tensor.bytes();
    }
    groups.add(group);
    return groups;
  }

  @Override
  public void write(String name, long offset, ByteBuffer source) {
    CheckpointWriter owner = owners.get(name);
    if (owner == null) {
      throw new IllegalArgumentException("no tensor '" + name + "'");
    }
    owner.write(name, offset, source);
  }

  @Override
  public void commit() {
    shards.forEach(CheckpointWriter::commit);
    folder.commit(sync);
  }

  @Override
  public void close() {
    try {
      shards.forEach(CheckpointWriter::close);
    } finally {
      folder.close();
    }
  }

  private static String name(int i, int count) {
    return count == 1
        ? "model.safetensors"
        : String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", i + 1, count);
  }
}
