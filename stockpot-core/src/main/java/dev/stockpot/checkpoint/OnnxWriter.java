package dev.stockpot.checkpoint;

import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.internal.io.AtomicFile;
import dev.stockpot.internal.io.ByteRanges;
import dev.stockpot.internal.io.IoReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.Set;

/// Writes a model like another one with other weights. All places are known before any data comes.
///
/// Data that the other model keeps beside itself goes into one file beside this one, `NAME.data`;
/// so does all data of some size where the model would be longer than protobuf allows.
final class OnnxWriter implements CheckpointWriter {
  private static final String DATA = ".data";

  /// So that data can be mapped.
  private static final long PAGE_BYTES = 4096;

  /// Less stays in the model; the bound that ONNX's own tools have.
  private static final long LEAST_EXTERNAL_BYTES = 1024;

  private static final int COPY_BYTES = 1 << 20;

  private final Path target;
  private final OnnxCheckpoint like;
  private final SequencedMap<String, TensorSpec> tensors = new LinkedHashMap<>();
  private final boolean sync;
  private final Map<String, Long> external = new HashMap<>();
  private final Map<String, Long> inline = new HashMap<>();
  private final Map<String, ByteRanges> written = new HashMap<>();
  private final AtomicFile model;
  private final Optional<AtomicFile> data;

  /// @param mostBytes that the model may take without what is beside it
  OnnxWriter(
      Path target,
      OnnxCheckpoint like,
      Collection<TensorSpec> given,
      Durability durability,
      long mostBytes) {
    this.target = target;
    this.like = like;
    this.sync = durability == Durability.SYNCED;
    for (TensorSpec spec : given) {
      if (tensors.put(spec.name(), spec) != null) {
        throw new IllegalArgumentException("two tensors named '" + spec.name() + "'");
      }
      written.put(spec.name(), new ByteRanges());
    }
    checkFit();
    OnnxLayout layout = layOut(mostBytes);
    checkFree();
    model = begin(target);
    try {
      data = external.isEmpty() ? Optional.empty() : Optional.of(begin(dataPath()));
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
    try {
      writeGraph(layout);
      copyKept();
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  @Override
  public void write(String name, long offset, ByteBuffer source) {
    int bytes = source.remaining();
    TensorAccess.checkRange(tensors, name, offset, bytes);
    if (bytes == 0) {
      return;
    }
    put(name, offset, source);
    if (!written.get(name).add(offset, offset + bytes)) {
      throw new IllegalArgumentException(
          "tensor '" + name + "': bytes " + offset + " + " + bytes + " were written before");
    }
  }

  @Override
  public void commit() {
    tensors.forEach((name, spec) -> {
      OptionalLong missing = written.get(name).firstMissing(spec.bytes());
      if (missing.isPresent()) {
        throw new IllegalStateException(
            "tensor '" + name + "': byte " + missing.getAsLong() + " was not written");
      }
    });
    // A model that is there has its data.
    data.ifPresent(AtomicFile::commit);
    model.commit();
  }

  @Override
  public void close() {
    try {
      model.close();
    } finally {
      data.ifPresent(AtomicFile::close);
    }
  }

  /// The graph gives every initializer's name, shape and type.
  private void checkFit() {
    List<CheckpointException> faults = new ArrayList<>();
    String graph = " in the graph of " + like.path();
    for (TensorSpec spec : tensors.values()) {
      TensorSpec room = like.tensors().get(spec.name());
      if (room == null) {
        faults.add(
            CheckpointException.of(target, spec.name(), "there is no such initializer" + graph));
      } else if (!room.shape().equals(spec.shape())) {
        faults.add(
            CheckpointException.of(
                target,
                spec.name(),
                "shape " + spec.shape() + " differs from " + room.shape() + graph));
      } else if (room.dtype() != spec.dtype()) {
        faults.add(
            CheckpointException.of(
                target,
                spec.name(),
                spec.dtype()
                    + " differs from "
                    + room.dtype()
                    + graph
                    + ", whose types stay as they are; write "
                    + room.dtype()
                    + ", or name the output .safetensors"));
      }
    }
    if (!faults.isEmpty()) {
      throw CheckpointException.all(target + ": the tensors do not fit the graph", faults);
    }
  }

  private OnnxLayout layOut(long mostBytes) {
    Set<String> beside = new HashSet<>();
    for (String name : like.tensors().keySet()) {
      if (like.graph().data(name) instanceof OnnxData.External) {
        beside.add(name);
      }
    }
    OnnxLayout layout = layOut(beside);
    if (layout.bytes() > mostBytes) {
      for (TensorSpec spec : like.tensors().values()) {
        if (spec.bytes() >= LEAST_EXTERNAL_BYTES) {
          beside.add(spec.name());
        }
      }
      layout = layOut(beside);
    }
    if (layout.bytes() > mostBytes) {
      throw CheckpointException.of(
          target,
          "the graph of "
              + like.path()
              + " takes "
              + layout.bytes()
              + " bytes without its weights; ONNX files have at most "
              + mostBytes);
    }
    return layout;
  }

  /// @param beside names of the initializers whose data is not in the model
  private OnnxLayout layOut(Set<String> beside) {
    Map<String, OnnxLayout.Placement> placements = new HashMap<>();
    external.clear();
    long at = 0;
    for (TensorSpec spec : like.tensors().values()) {
      String name = spec.name();
      if (beside.contains(name)) {
        Map<String, String> entries = new LinkedHashMap<>();
        entries.put("location", dataPath().getFileName().toString());
        entries.put("offset", Long.toString(at));
        entries.put("length", Long.toString(spec.bytes()));
        placements.put(name, new OnnxLayout.External(entries));
        external.put(name, at);
        at = Math.ceilDiv(at + spec.bytes(), PAGE_BYTES) * PAGE_BYTES;
      } else if (tensors.containsKey(name) && spec.bytes() > 0) {
        placements.put(name, new OnnxLayout.Inline(spec.bytes()));
      }
    }
    return like.graph().layout(placements);
  }

  /// What is read is not written over.
  private void checkFree() {
    List<Path> outputs = external.isEmpty() ? List.of(target) : List.of(target, dataPath());
    for (Path output : outputs) {
      for (Path input : like.files()) {
        try {
          if (Files.exists(output) && Files.isSameFile(output, input)) {
            throw CheckpointException.of(
                output, "is read for the graph and would be overwritten; choose another name");
          }
        } catch (IOException e) {
          throw CheckpointException.of(output, "cannot be written: " + IoReason.of(e));
        }
      }
    }
  }

  private AtomicFile begin(Path path) {
    try {
      return new AtomicFile(path, sync);
    } catch (UncheckedIOException e) {
      throw CheckpointException.of(path, "cannot be written: " + IoReason.of(e.getCause()));
    }
  }

  private void writeGraph(OnnxLayout layout) {
    MemorySegment graph = like.graph().file().map();
    long at = 0;
    for (OnnxLayout.Piece piece : layout.pieces()) {
      switch (piece) {
        case OnnxLayout.Copy(long from, long bytes) -> {
          for (long done = 0; done < bytes; done += COPY_BYTES) {
            long n = Math.min(COPY_BYTES, bytes - done);
            model.write(at + done, graph.asSlice(from + done, n).asByteBuffer());
          }
        }
        case OnnxLayout.Fresh(ByteBuffer content) -> model.write(at, content.duplicate());
        case OnnxLayout.Room(String name, _) -> inline.put(name, at);
      }
      at += piece.bytes();
    }
  }

  /// Data beside the other model that no tensor replaces; this one's is beside itself.
  private void copyKept() {
    ByteBuffer chunk = ByteBuffer.allocateDirect(COPY_BYTES);
    for (String name : external.keySet()) {
      long bytes = tensors.containsKey(name) ? 0 : like.tensors().get(name).bytes();
      for (long at = 0; at < bytes; at += COPY_BYTES) {
        like.read(name, at, chunk.clear().limit((int) Math.min(COPY_BYTES, bytes - at)));
        put(name, at, chunk.flip());
      }
    }
  }

  private void put(String name, long offset, ByteBuffer source) {
    Long beside = external.get(name);
    if (beside != null) {
      data.orElseThrow().write(beside + offset, source);
    } else {
      model.write(inline.get(name) + offset, source);
    }
  }

  private Path dataPath() {
    return target.resolveSibling(target.getFileName() + DATA);
  }
}
