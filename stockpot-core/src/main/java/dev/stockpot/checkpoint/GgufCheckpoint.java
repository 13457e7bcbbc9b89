package dev.stockpot.checkpoint;

import dev.stockpot.internal.io.InputFile;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// An open GGUF file.
final class GgufCheckpoint implements Checkpoint {
  private static final String SPLITS = "split.count";

  private final Path path;
  private final InputFile file;
  private final GgufHeader header;

  /// @param file is closed with the checkpoint
  GgufCheckpoint(Path path, InputFile file, GgufHeader header) {
    this.path = path;
    this.file = file;
    this.header = header;
  }

  /// What the file says before its data.
  GgufHeader header() {
    return header;
  }

  /// Fills a buffer with bytes of the header.
  void readHeader(long position, ByteBuffer target) {
    try {
      file.read(position, target);
    } catch (UncheckedIOException e) {
      throw CheckpointException.at(path, position, "has been cut off since it was opened");
    }
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public SequencedMap<String, TensorSpec> tensors() {
    return header.tensors();
  }

  @Override
  public Map<String, String> metadata() {
    return header.keyValues().texts();
  }

  @Override
  public List<String> notes() {
    String splits = metadata().getOrDefault(SPLITS, "0");
    return splits.matches("[01]")
        ? List.of()
        : List.of(
            "one of " + splits + " files of a model; llama-gguf-split --merge makes them one");
  }

  @Override
  public void read(String name, long offset, ByteBuffer target) {
    TensorAccess.checkRange(header.tensors(), name, offset, target.remaining());
    long position = header.begins().get(name) + offset;
    try {
      file.read(position, target);
    } catch (UncheckedIOException e) {
      throw TensorAccess.shortened(path, name, position, e);
    }
  }

  @Override
  public Tensor tensor(String name) {
    TensorSpec spec = TensorAccess.checkRange(header.tensors(), name, 0, 0);
    long position = header.begins().get(name);
    try {
      // Where a tensor without elements is said to be, there may be no file.
      MemorySegment data =
          spec.bytes() == 0
              ? MemorySegment.ofArray(new byte[0])
              : file.map().asSlice(position, spec.bytes());
      return new Tensor(spec, data);
    } catch (UncheckedIOException e) {
      throw TensorAccess.shortened(path, name, position, e);
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
