package dev.stockpot.checkpoint;

import dev.stockpot.checkpoint.ValueBinding.Source;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// A checkpoint under the names that another one has for its tensors, transposed where the other
/// has them so.
final class BoundCheckpoint implements Checkpoint {
  private final Checkpoint weights;
  private final Map<String, Source> sources = new HashMap<>();
  private final SequencedMap<String, TensorSpec> tensors = new LinkedHashMap<>();

  /// @param weights is closed with this one
  /// @param bound new names; tensors that have none keep theirs
  BoundCheckpoint(Checkpoint weights, Map<String, Source> bound) {
    this.weights = weights;
    Map<String, SequencedMap<String, Source>> names = new HashMap<>();
    bound.forEach((name, source) ->
        names.computeIfAbsent(source.tensor(), _ -> new LinkedHashMap<>()).put(name, source));
    for (TensorSpec spec : weights.tensors().values()) {
      Map<String, Source> own = Map.of(spec.name(), new Source(spec.name(), false));
      names
          .getOrDefault(spec.name(), new LinkedHashMap<>(own))
          .forEach((name, source) -> {
            if (source.transposed() && spec.shape().size() != 2) {
              return; // not the tensor that it was in the base
            }
            sources.put(name, source);
            List<Long> shape = source.transposed() ? spec.shape().reversed() : spec.shape();
            tensors.put(name, new TensorSpec(name, spec.dtype(), shape));
          });
    }
  }

  @Override
  public Path path() {
    return weights.path();
  }

  @Override
  public List<Path> files() {
    return weights.files();
  }

  @Override
  public SequencedMap<String, TensorSpec> tensors() {
    return Collections.unmodifiableSequencedMap(tensors);
  }

  @Override
  public Map<String, String> metadata() {
    return weights.metadata();
  }

  @Override
  public List<String> notes() {
    return weights.notes();
  }

  @Override
  public void read(String name, long offset, ByteBuffer target) {
    TensorSpec spec = TensorAccess.checkRange(tensors, name, offset, target.remaining());
    Source source = sources.get(name);
    if (!source.transposed()) {
      weights.read(source.tensor(), offset, target);
    } else if (target.hasRemaining()) {
      MemorySegment data = weights.tensor(source.tensor()).data();
      transposition(spec).copy(data, offset, MemorySegment.ofBuffer(target));
      target.position(target.limit());
    }
  }

  @Override
  public Tensor tensor(String name) {
    TensorSpec spec = TensorAccess.checkRange(tensors, name, 0, 0);
    Source source = sources.get(name);
    MemorySegment data = weights.tensor(source.tensor()).data();
    if (!source.transposed() || spec.bytes() == 0) {
      return new Tensor(spec, data);
    }
    MemorySegment transposed = Arena.ofAuto().allocate(spec.bytes(), 64);
    transposition(spec).copy(data, 0, transposed);
    return new Tensor(spec, transposed);
  }

  @Override
  public void close() {
    weights.close();
  }

  private static Transposition transposition(TensorSpec spec) {
    return new Transposition(spec.shape().getFirst(), spec.shape().getLast(), spec.dtype().bytes());
  }
}
