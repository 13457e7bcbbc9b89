package dev.stockpot.lora;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.ElementReader;
import dev.stockpot.checkpoint.Elements;
import dev.stockpot.checkpoint.Tensor;
import dev.stockpot.checkpoint.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// A base with an adapter on it, computed as it is read: `W + s · (B·A)`.
///
/// Products of one element are rounded and added in float64 in the order of the rank, multiplied by
/// the scale, added to W; [#unrounded] gives that, and this checkpoint rounds it once to the base's
/// type. So the bytes do not depend on which part is read.
///
/// Memory: A and B of the two modules read last, in float64, and 1 MiB for each thread.
public final class AdaptedCheckpoint implements Checkpoint {
  private static final int BLOCK = 16 * Elements.TILE;

  private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

  private final Checkpoint base;
  private final Adapter adapter;
  private final Factors factors;
  private final SequencedMap<String, TensorSpec> tensors = new LinkedHashMap<>();
  private final Map<String, Source> sources;
  private final Optional<AdaptedCheckpoint> unrounded;

  /// Where the W of a tensor is stored.
  private record Source(Checkpoint checkpoint, TensorSpec spec) {}

  /// Applies an adapter. Takes both, open, and closes them when it is closed.
  ///
  /// @throws dev.stockpot.checkpoint.CheckpointException if they do not fit
  public AdaptedCheckpoint(Checkpoint base, Adapter adapter) {
    this.base = base;
    this.adapter = adapter;
    Binding binding = Binding.of(adapter, base);
    this.factors = new Factors(adapter, binding.updates());
    this.sources = new LinkedHashMap<>();
    for (TensorSpec spec : base.tensors().values()) {
      TensorSpec whole = binding.whole().get(spec.name());
      sources.put(
          spec.name(),
          whole == null ? new Source(base, spec) : new Source(adapter.tensors(), whole));
      tensors.put(spec.name(), spec);
    }
    this.unrounded = Optional.of(new AdaptedCheckpoint(this));
  }

  /// The unrounded view of another.
  private AdaptedCheckpoint(AdaptedCheckpoint rounded) {
    base = rounded.base;
    adapter = rounded.adapter;
    factors = rounded.factors;
    sources = rounded.sources;
    unrounded = Optional.empty();
    rounded.tensors.forEach((name, spec) ->
        tensors.put(
            name,
            spec.withDType(
                factors.has(name) ? DType.F64 : rounded.sources.get(name).spec().dtype())));
  }

  /// The checkpoint under the adapter.
  public Checkpoint base() {
    return base;
  }

  /// The adapter's folder.
  @Override
  public Path path() {
    return adapter.path();
  }

  @Override
  public List<Path> files() {
    List<Path> files = new ArrayList<>(adapter.files());
    files.addAll(base.files());
    return Collections.unmodifiableList(files);
  }

  @Override
  public SequencedMap<String, TensorSpec> tensors() {
    return Collections.unmodifiableSequencedMap(tensors);
  }

  /// The base's.
  @Override
  public Map<String, String> metadata() {
    return base.metadata();
  }

  @Override
  public List<String> notes() {
    List<String> notes = new ArrayList<>(base.notes());
    notes.add("the adapter " + adapter.path() + " is applied to " + base.path());
    return Collections.unmodifiableList(notes);
  }

  /// The base's.
  @Override
  public Optional<Path> companions() {
    return base.companions();
  }

  @Override
  public Checkpoint unrounded() {
    return unrounded.map(Checkpoint.class::cast).orElse(this);
  }

  @Override
  public void read(String name, long offset, ByteBuffer target) {
    TensorSpec spec = spec(name);
    if (offset < 0 || offset > spec.bytes() - target.remaining()) {
      throw new IllegalArgumentException(
          "tensor '%s': bytes %d + %d of %d"
              .formatted(name, offset, target.remaining(), spec.bytes()));
    }
    Source source = sources.get(name);
    if (isStored(spec)) {
      source.checkpoint.read(source.spec.name(), offset, target);
    } else {
      compute(spec, source, offset, target);
    }
  }

  /// A computed tensor is computed whole, into memory that goes when nobody holds it.
  @Override
  public Tensor tensor(String name) {
    TensorSpec spec = spec(name);
    if (isStored(spec)) {
      Source source = sources.get(name);
      return new Tensor(spec, source.checkpoint.tensor(source.spec.name()).data());
    }
    MemorySegment data = Arena.ofAuto().allocate(spec.bytes());
    for (long at = 0; at < spec.bytes(); at += BLOCK) {
      long n = Math.min(BLOCK, spec.bytes() - at);
      read(name, at, data.asSlice(at, n).asByteBuffer());
    }
    return new Tensor(spec, data);
  }

  @Override
  public void close() {
    base.close();
    adapter.close();
  }

  private TensorSpec spec(String name) {
    TensorSpec spec = tensors.get(name);
    if (spec == null) {
      throw new IllegalArgumentException("no tensor '" + name + "'");
    }
    return spec;
  }

  private boolean isStored(TensorSpec spec) {
    return !factors.has(spec.name()) && sources.get(spec.name()).spec().dtype() == spec.dtype();
  }

  private void compute(TensorSpec spec, Source source, long offset, ByteBuffer target) {
    Scratch scratch = SCRATCH.get();
    int width = spec.dtype().bytes();
    long end = offset + target.remaining();
    long at = offset / width;
    while (target.hasRemaining()) {
      int n = (int) Math.min(BLOCK, (end + width - 1) / width - at);
      scratch.reader.read(source.checkpoint, source.spec, at, n, scratch.values, 0);
      factors.addTo(spec.name(), scratch.values, at, n);
      scratch.round(spec.dtype(), n);
      int from = (int) Math.max(0, offset - at * width);
      int to = (int) Math.min((long) n * width, end - at * width);
      target.put(scratch.bytes.asSlice(from, to - from).asByteBuffer());
      at += n;
    }
  }

  /// The memory of one thread, for any number of adapters.
  private static final class Scratch {
    final ElementReader reader = new ElementReader();
    final double[] values = new double[BLOCK];
    final MemorySegment bytes = MemorySegment.ofArray(new byte[BLOCK * Double.BYTES]);
    private final Elements elements = new Elements();
    private final double[] tile = new double[Elements.TILE];

    void round(DType dtype, int n) {
      for (int at = 0; at < n; at += Elements.TILE) {
        int count = Math.min(Elements.TILE, n - at);
        System.arraycopy(values, at, tile, 0, count);
        elements.fromDoubles(dtype, tile, count, bytes, (long) at * dtype.bytes());
      }
    }
  }
}
