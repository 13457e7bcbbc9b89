package dev.stockpot.search;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;

/// Checkpoints that are not kept: for merges of which only the figures are wanted.
record Nowhere() implements CheckpointFormat {

  @Override
  public String name() {
    return "nowhere";
  }

  @Override
  public boolean recognises(Path path) {
    return false;
  }

  @Override
  public Checkpoint open(Path path) {
    throw new UnsupportedOperationException("nothing is kept");
  }

  @Override
  public CheckpointWriter create(
      Path target,
      Collection<TensorSpec> tensors,
      Map<String, String> metadata,
      Durability durability) {
    return new CheckpointWriter() {
      @Override
      public void write(String name, long offset, ByteBuffer source) {
        source.position(source.limit());
      }

      @Override
      public void commit() {}

      @Override
      public void close() {}
    };
  }
}
