package dev.stockpot.checkpoint;

import dev.stockpot.internal.io.InputFile;
import dev.stockpot.internal.io.IoReason;
import dev.stockpot.internal.protobuf.ProtobufException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// The initializers of an open ONNX model's main graph.
final class OnnxCheckpoint implements Checkpoint {
  private final OnnxGraph graph;
  private final SequencedMap<String, TensorSpec> tensors = new LinkedHashMap<>();
  private final Map<String, Source> sources = new HashMap<>();
  private final SequencedMap<Path, InputFile> dataFiles = new LinkedHashMap<>();
  private final List<String> notes;

  /// Where a tensor's elements are.
  private sealed interface Source {

    /// There are none.
    record Nowhere() implements Source {}

    /// In a row of bytes.
    record Bytes(Path path, InputFile file, long begin) implements Source {}

    /// In a row of numbers.
    record Numbers(OnnxNumbers numbers) implements Source {}
  }

  /// @param graph is closed with the checkpoint
  /// @throws CheckpointException if any initializer cannot be read; the graph stays open
  OnnxCheckpoint(OnnxGraph graph) {
    this.graph = graph;
    if (!graph.sparse().isEmpty()) {
      throw CheckpointException.of(
          path(),
          graph.sparse().getFirst(),
          "is a sparse initializer, which is not read; store it dense");
    }
    try {
      for (OnnxInitializer initializer : graph.initializers().values()) {
        TensorSpec spec = spec(initializer);
        tensors.put(spec.name(), spec);
        sources.put(spec.name(), source(spec));
      }
      notes = OnnxConstants.of(graph).note().stream().toList();
    } catch (ProtobufException e) {
      dataFiles.values().forEach(InputFile::close);
      throw graph.invalid(e);
    } catch (RuntimeException | Error e) {
      dataFiles.values().forEach(InputFile::close);
      throw e;
    }
  }

  @Override
  public Path path() {
    return graph.path();
  }

  @Override
  public List<Path> files() {
    List<Path> files = new ArrayList<>();
    files.add(path());
    files.addAll(dataFiles.keySet());
    return files;
  }

  @Override
  public SequencedMap<String, TensorSpec> tensors() {
    return Collections.unmodifiableSequencedMap(tensors);
  }

  @Override
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(graph.metadata());
  }

  @Override
  public List<String> notes() {
    return notes;
  }

  @Override
  public void read(String name, long offset, ByteBuffer target) {
    TensorAccess.checkRange(tensors, name, offset, target.remaining());
    switch (sources.get(name)) {
      case Source.Nowhere _ -> {}
      case Source.Bytes(Path path, InputFile file, long begin) -> {
        try {
          file.read(begin + offset, target);
        } catch (UncheckedIOException e) {
          throw TensorAccess.shortened(path, name, begin + offset, e);
        }
      }
      case Source.Numbers(OnnxNumbers numbers) -> {
        try {
          numbers.read(offset, target);
        } catch (UncheckedIOException e) {
          throw TensorAccess.shortened(path(), name, offset, e);
        }
      }
    }
  }

  @Override
  public Tensor tensor(String name) {
    TensorSpec spec = TensorAccess.checkRange(tensors, name, 0, 0);
    return switch (sources.get(name)) {
      case Source.Nowhere _ -> new Tensor(spec, MemorySegment.ofArray(new byte[0]));
      case Source.Bytes(Path path, InputFile file, long begin) -> {
        try {
          yield new Tensor(spec, file.map().asSlice(begin, spec.bytes()));
        } catch (UncheckedIOException e) {
          throw TensorAccess.shortened(path, name, begin, e);
        }
      }
      case Source.Numbers _ -> {
        MemorySegment decoded = Arena.ofAuto().allocate(spec.bytes(), Long.BYTES);
        for (long at = 0; at < spec.bytes(); at += Integer.MAX_VALUE) {
          long bytes = Math.min(Integer.MAX_VALUE, spec.bytes() - at);
          read(name, at, decoded.asSlice(at, bytes).asByteBuffer());
        }
        yield new Tensor(spec, decoded);
      }
    };
  }

  @Override
  public void close() {
    graph.close();
    dataFiles.values().forEach(InputFile::close);
  }

  /// The model that the tensors are of.
  OnnxGraph graph() {
    return graph;
  }

  private TensorSpec spec(OnnxInitializer initializer) {
    String name = initializer.name();
    DType dtype =
        initializer
            .dtype()
            .orElseThrow(() ->
                CheckpointException.of(
                    path(),
                    name,
                    "has elements of ONNX type "
                        + OnnxTypes.name(initializer.type())
                        + ", which are not read"));
    try {
      return new TensorSpec(name, dtype, initializer.shape());
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw CheckpointException.of(
          path(), name, initializer.shape() + " elements of " + dtype + " do not fill whole bytes");
    }
  }

  private Source source(TensorSpec spec) {
    return switch (graph.data(spec.name())) {
      case OnnxData.External external -> external(spec, external);
      case OnnxData.Inline inline -> inline(spec, inline);
      case OnnxData.None _ when spec.bytes() == 0 -> new Source.Nowhere();
      case OnnxData.None _ ->
          throw CheckpointException.of(
              path(), spec.name(), "has no data, but " + Onnx.size(spec) + " bytes");
    };
  }

  private Source external(TensorSpec spec, OnnxData.External external) {
    Path path = OnnxExternalData.file(path(), spec.name(), external);
    InputFile file = dataFiles.computeIfAbsent(path, this::open);
    long begin = OnnxExternalData.begin(path(), spec, external, file.size());
    return spec.bytes() == 0 ? new Source.Nowhere() : new Source.Bytes(path, file, begin);
  }

  private InputFile open(Path path) {
    try {
      return new InputFile(path);
    } catch (UncheckedIOException e) {
      throw CheckpointException.of(path, "cannot be opened: " + IoReason.of(e.getCause()));
    }
  }

  private Source inline(TensorSpec spec, OnnxData.Inline data) {
    String field = OnnxTypes.fieldName(data.field());
    if (data.pieces() > 1) {
      throw CheckpointException.at(
          path(), spec.name(), data.begin(), "has its data in several pieces, which are not read");
    }
    if (data.field() != OnnxFields.TENSOR_RAW
        && !OnnxTypes.field(spec.dtype()).equals(Optional.of(data.field()))) {
      throw CheckpointException.at(
          path(),
          spec.name(),
          data.begin(),
          "has its data in " + field + ", where " + spec.dtype() + " elements have no place");
    }
    if (data.field() == OnnxFields.TENSOR_INT32S
        || data.field() == OnnxFields.TENSOR_INT64S
        || data.field() == OnnxFields.TENSOR_UINT64S) {
      OnnxNumbers numbers = new OnnxNumbers(path(), graph.file(), spec, data.begin(), data.bytes());
      return spec.bytes() == 0 ? new Source.Nowhere() : new Source.Numbers(numbers);
    }
    if (data.bytes() != spec.bytes()) {
      throw CheckpointException.at(
          path(),
          spec.name(),
          data.begin(),
          field + " has " + data.bytes() + " bytes, but " + Onnx.size(spec));
    }
    return spec.bytes() == 0
        ? new Source.Nowhere()
        : new Source.Bytes(path(), graph.file(), data.begin());
  }
}
