package dev.stockpot.checkpoint;

import dev.stockpot.internal.io.InputFile;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// An open PyTorch file. Contiguous tensors are read where they lie; others are gathered into C
/// order out of the mapped file, as much as is asked for.
final class PyTorchCheckpoint implements Checkpoint {
  private final Path path;
  private final InputFile file;
  private final String key;
  private final Map<String, PyTorchTensor> located;
  private final SequencedMap<String, TensorSpec> tensors = new LinkedHashMap<>();

  /// @param file is closed with the checkpoint
  /// @param key of the dictionary that holds the tensors
  PyTorchCheckpoint(
      Path path, InputFile file, String key, SequencedMap<String, PyTorchTensor> located) {
    this.path = path;
    this.file = file;
    this.key = key;
    this.located = located;
    located.forEach((name, tensor) -> tensors.put(name, tensor.spec()));
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public SequencedMap<String, TensorSpec> tensors() {
    return Collections.unmodifiableSequencedMap(tensors);
  }

  @Override
  public Map<String, String> metadata() {
    return Map.of();
  }

  @Override
  public List<String> notes() {
    List<String> notes = new ArrayList<>();
    if (!key.equals(PyTorchDictionary.OUTERMOST)) {
      notes.add("the tensors are those at key '" + key + "'");
    }
    String prefix = NamePrefix.common(tensors.keySet());
    if (!prefix.isEmpty()) {
      notes.add("every name begins with '" + prefix + "'");
    }
    return notes;
  }

  @Override
  public void read(String name, long offset, ByteBuffer target) {
    TensorSpec spec = TensorAccess.checkRange(tensors, name, offset, target.remaining());
    if (!target.hasRemaining()) {
      return;
    }
    StridedBytes data = data(spec);
    long position = data.isContiguous() ? data.begin() + offset : data.begin();
    try {
      if (data.isContiguous()) {
        file.read(position, target);
      } else {
        data.copy(file.map(), offset, MemorySegment.ofBuffer(target));
        target.position(target.limit());
      }
    } catch (UncheckedIOException e) {
      throw TensorAccess.shortened(path, name, position, e);
    }
  }

  @Override
  public Tensor tensor(String name) {
    TensorSpec spec = TensorAccess.checkRange(tensors, name, 0, 0);
    if (spec.bytes() == 0) {
      return new Tensor(spec, MemorySegment.ofArray(new byte[0]));
    }
    StridedBytes data = data(spec);
    try {
      MemorySegment mapped = file.map();
      if (data.isContiguous()) {
        return new Tensor(spec, mapped.asSlice(data.begin(), spec.bytes()));
      }
      MemorySegment gathered = Arena.ofAuto().allocate(spec.bytes(), Long.BYTES);
      data.copy(mapped, 0, gathered);
      return new Tensor(spec, gathered);
    } catch (UncheckedIOException e) {
      throw TensorAccess.shortened(path, name, data.begin(), e);
    }
  }

  @Override
  public void close() {
    file.close();
  }

  private StridedBytes data(TensorSpec spec) {
    return located.get(spec.name()).data().orElseThrow();
  }
}
