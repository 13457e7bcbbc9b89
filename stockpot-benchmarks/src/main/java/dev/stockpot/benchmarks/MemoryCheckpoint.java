package dev.stockpot.benchmarks;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.Tensor;
import dev.stockpot.checkpoint.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// A checkpoint of one tensor in memory, so that a merge can be measured without files.
record MemoryCheckpoint(TensorSpec spec, MemorySegment data) implements Checkpoint {

  @Override
  public Path path() {
    return Path.of("memory");
  }

  @Override
  public SequencedMap<String, TensorSpec> tensors() {
    return new LinkedHashMap<>(Map.of(spec.name(), spec));
  }

  @Override
  public Map<String, String> metadata() {
    return Map.of();
  }

  @Override
  public void read(String name, long offset, ByteBuffer target) {
    MemorySegment.ofBuffer(target).copyFrom(data.asSlice(offset, target.remaining()));
    target.position(target.limit());
  }

  @Override
  public Tensor tensor(String name) {
    return new Tensor(spec, data);
  }

  @Override
  public void close() {}

  /// Writes into the tensor of a checkpoint that is there already.
  record Format(MemoryCheckpoint output) implements CheckpointFormat, CheckpointWriter {
    @Override
    public String name() {
      return "memory";
    }

    @Override
    public boolean recognises(Path path) {
      return false;
    }

    @Override
    public List<String> extensions() {
      return List.of();
    }

    @Override
    public Checkpoint open(Path path) {
      return output;
    }

    @Override
    public CheckpointWriter create(
        Path target,
        Collection<TensorSpec> tensors,
        Map<String, String> metadata,
        Durability durability) {
      return this;
    }

    @Override
    public void write(String name, long offset, ByteBuffer source) {
      output.data().asSlice(offset, source.remaining()).copyFrom(MemorySegment.ofBuffer(source));
    }

    @Override
    public void commit() {}

    @Override
    public void close() {}
  }
}
