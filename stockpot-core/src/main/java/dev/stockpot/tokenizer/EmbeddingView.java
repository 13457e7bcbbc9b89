package dev.stockpot.tokenizer;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.Tensor;
import dev.stockpot.checkpoint.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// A checkpoint whose embeddings are brought to another vocabulary, row by row as they are read;
/// the other tensors are as they were.
public final class EmbeddingView implements Checkpoint {
  private final Checkpoint checkpoint;
  private final Map<String, Embeddings> embeddings;
  private final SequencedMap<String, TensorSpec> tensors;
  private final Optional<Checkpoint> unrounded;

  /// @param checkpoint is closed with the view
  /// @param embeddings by the tensor's name
  public EmbeddingView(Checkpoint checkpoint, Map<String, Embeddings> embeddings) {
    this.checkpoint = checkpoint;
    this.embeddings = Map.copyOf(embeddings);
    SequencedMap<String, TensorSpec> specs = new LinkedHashMap<>(checkpoint.tensors());
    embeddings.forEach((name, rows) -> specs.put(name, rows.spec()));
    this.tensors = Collections.unmodifiableSequencedMap(specs);
    this.unrounded =
        Optional.of(checkpoint.unrounded())
            .filter(other -> !other.equals(checkpoint))
            .map(other -> new EmbeddingView(other, embeddings));
  }

  @Override
  public Path path() {
    return checkpoint.path();
  }

  @Override
  public List<Path> files() {
    return checkpoint.files();
  }

  @Override
  public SequencedMap<String, TensorSpec> tensors() {
    return tensors;
  }

  @Override
  public Map<String, String> metadata() {
    return checkpoint.metadata();
  }

  @Override
  public List<String> notes() {
    return checkpoint.notes();
  }

  @Override
  public Optional<Path> companions() {
    return checkpoint.companions();
  }

  /// Embeddings are as they are: only the other tensors may be wider.
  @Override
  public Checkpoint unrounded() {
    return unrounded.orElse(this);
  }

  @Override
  public void read(String name, long offset, ByteBuffer target) {
    Embeddings rows = embeddings.get(name);
    if (rows == null) {
      checkpoint.read(name, offset, target);
    } else {
      rows.read(offset, target);
    }
  }

  /// Embeddings are copied into memory, which their garbage collection frees.
  @Override
  public Tensor tensor(String name) {
    Embeddings rows = embeddings.get(name);
    if (rows == null) {
      return checkpoint.tensor(name);
    }
    MemorySegment memory = Arena.ofAuto().allocate(rows.spec().bytes(), Long.BYTES);
    long rowBytes = Math.max(1, rows.rowBytes());
    for (long at = 0; at < memory.byteSize(); at += rowBytes) {
      rows.read(at, memory.asSlice(at, rowBytes).asByteBuffer());
    }
    return new Tensor(rows.spec(), memory.asReadOnly());
  }

  @Override
  public void close() {
    checkpoint.close();
  }
}
