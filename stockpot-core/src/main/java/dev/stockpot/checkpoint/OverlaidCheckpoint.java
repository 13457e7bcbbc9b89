package dev.stockpot.checkpoint;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// A checkpoint in which some tensors have other values.
///
/// @param below is not closed with this one
/// @param above values by name, little-endian, as many bytes as the tensor has
public record OverlaidCheckpoint(Checkpoint below, Map<String, MemorySegment> above)
    implements Checkpoint {

  /// @throws IllegalArgumentException if a name or a length is not that of a tensor
  public OverlaidCheckpoint {
    above = Map.copyOf(above);
    above.forEach((name, values) -> new Tensor(ElementReader.spec(below, name), values));
  }

  @Override
  public Path path() {
    return below.path();
  }

  @Override
  public List<Path> files() {
    return below.files();
  }

  @Override
  public SequencedMap<String, TensorSpec> tensors() {
    return below.tensors();
  }

  @Override
  public Map<String, String> metadata() {
    return below.metadata();
  }

  @Override
  public Optional<Path> companions() {
    return below.companions();
  }

  @Override
  public void read(String name, long offset, ByteBuffer target) {
    MemorySegment values = above.get(name);
    if (values == null) {
      below.read(name, offset, target);
    } else {
      TensorAccess.checkRange(tensors(), name, offset, target.remaining());
      target.put(values.asSlice(offset, target.remaining()).asByteBuffer());
    }
  }

  @Override
  public Tensor tensor(String name) {
    MemorySegment values = above.get(name);
    return values == null ? below.tensor(name) : new Tensor(tensors().get(name), values);
  }

  @Override
  public void close() {}
}
