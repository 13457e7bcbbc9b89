package dev.stockpot.checkpoint;

import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.internal.io.AtomicFile;
import dev.stockpot.internal.io.ByteRanges;
import dev.stockpot.internal.io.IoReason;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/// Writes a GGUF file with the key-values and the names of another, and other weights.
final class GgufWriter implements CheckpointWriter {
  private static final int BUFFER_BYTES = 1 << 16;

  /// `general.file_type` of files whose matrices are of one type.
  private static final Map<DType, Integer> FILE_TYPES =
      Map.of(DType.F32, 0, DType.F16, 1, DType.BF16, 32);

  private final GgufCheckpoint template;
  private final AtomicFile file;
  private final Map<String, TensorSpec> tensors = new LinkedHashMap<>();
  private final Map<String, Long> begins = new LinkedHashMap<>();
  private final Map<String, ByteRanges> written = new LinkedHashMap<>();

  GgufWriter(
      Path target, GgufCheckpoint template, Collection<TensorSpec> tensors, Durability durability) {
    this.template = template;
    Map<String, TensorSpec> given = checked(target, tensors);
    template.tensors().keySet().forEach(name -> this.tensors.put(name, given.get(name)));
    this.tensors.keySet().forEach(name -> written.put(name, new ByteRanges()));
    byte[] infos = infos();
    int alignment = template.header().keyValues().alignment();
    long keyValuesEnd = template.header().keyValues().end();
    long dataStart = GgufHeader.aligned(keyValuesEnd + infos.length, alignment);
    begins.replaceAll((_, offset) -> dataStart + offset);
    try {
      file = new AtomicFile(target, durability == Durability.SYNCED);
    } catch (UncheckedIOException e) {
      throw CheckpointException.of(target, "cannot be written: " + IoReason.of(e.getCause()));
    }
    try {
      copyKeyValues(keyValuesEnd);
      file.write(keyValuesEnd, ByteBuffer.wrap(infos));
      pad(keyValuesEnd + infos.length, dataStart);
      this.tensors.values().forEach(spec -> padAfter(spec, alignment));
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  @Override
  public void write(String name, long offset, ByteBuffer source) {
    int bytes = source.remaining();
    TensorAccess.checkRange(tensors, name, offset, bytes);
    file.write(begins.get(name) + offset, source);
    if (!written.get(name).add(offset, offset + bytes)) {
      throw new IllegalArgumentException(
          "tensor '" + name + "': bytes " + offset + " + " + bytes + " were written before");
    }
  }

  @Override
  public void commit() {
    written.forEach((name, ranges) -> {
      OptionalLong missing = ranges.firstMissing(tensors.get(name).bytes());
      if (missing.isPresent()) {
        throw new IllegalStateException(
            "tensor '" + name + "': byte " + missing.getAsLong() + " was not written");
      }
    });
    file.commit();
  }

  @Override
  public void close() {
    file.close();
  }

  /// The tensors by name.
  ///
  /// @throws CheckpointException unless they are the template's, but for their types
  private Map<String, TensorSpec> checked(Path target, Collection<TensorSpec> given) {
    Map<String, TensorSpec> byName = new LinkedHashMap<>();
    List<CheckpointException> faults = new ArrayList<>();
    for (TensorSpec spec : given) {
      if (byName.put(spec.name(), spec) != null) {
        throw new IllegalArgumentException("two tensors named '" + spec.name() + "'");
      }
      TensorSpec model = template.tensors().get(spec.name());
      if (model == null) {
        faults.add(CheckpointException.of(target, spec.name(), "is not in " + template.path()));
      } else if (!model.shape().equals(spec.shape())) {
        faults.add(
            CheckpointException.of(
                target,
                spec.name(),
                "shape "
                    + spec.shape()
                    + " differs from "
                    + model.shape()
                    + " in "
                    + template.path()));
      } else if (GgufType.of(spec.dtype()).isEmpty()) {
        faults.add(
            CheckpointException.of(
                target,
                spec.name(),
                spec.dtype() + " elements have no place in a GGUF file; choose F32, F16 or BF16"));
      }
    }
    for (String name : template.tensors().keySet()) {
      if (!byName.containsKey(name)) {
        faults.add(CheckpointException.of(target, name, "is missing; it is in " + template.path()));
      }
    }
    if (!faults.isEmpty()) {
      throw CheckpointException.all(
          target + ": the tensors are not those of " + template.path(), faults);
    }
    return byName;
  }

  /// The descriptions of the tensors; sets where each begins within the data.
  private byte[] infos() {
    int alignment = template.header().keyValues().alignment();
    long bytes = 0;
    for (String name : tensors.keySet()) {
      // Length of the name, number of dimensions, up to four of them, type, offset.
      bytes += 8 + name.getBytes(StandardCharsets.UTF_8).length + 4 + 32 + 4 + 8;
    }
    ByteBuffer infos = ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
    long offset = 0;
    for (TensorSpec spec : tensors.values()) {
      byte[] name = spec.name().getBytes(StandardCharsets.UTF_8);
      infos.putLong(name.length).put(name).putInt(spec.shape().size());
      spec.shape().reversed().forEach(infos::putLong);
      infos.putInt(GgufType.of(spec.dtype()).orElseThrow().code()).putLong(offset);
      begins.put(spec.name(), offset);
      offset = GgufHeader.aligned(offset + spec.bytes(), alignment);
    }
    byte[] filled = new byte[infos.position()];
    infos.flip().get(filled);
    return filled;
  }

  private void copyKeyValues(long end) {
    for (long at = 0; at < end; at += BUFFER_BYTES) {
      ByteBuffer part = ByteBuffer.allocate((int) Math.min(BUFFER_BYTES, end - at));
      template.readHeader(at, part);
      file.write(at, part.flip());
    }
    OptionalLong at = template.header().keyValues().fileType();
    Set<DType> before = matrices(template.tensors().values());
    Set<DType> after = matrices(tensors.values());
    if (at.isPresent() && after.size() == 1 && !after.equals(before)) {
      Integer type = FILE_TYPES.get(after.iterator().next());
      if (type != null) {
        ByteBuffer value = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        file.write(at.getAsLong(), value.putInt(0, type));
      }
    }
  }

  /// The types of what the file's type speaks of: vectors are F32 in most files.
  private static Set<DType> matrices(Collection<TensorSpec> tensors) {
    Set<DType> dtypes = EnumSet.noneOf(DType.class);
    tensors.stream()
        .filter(spec -> spec.dtype().isFloat() && spec.shape().size() > 1)
        .forEach(spec -> dtypes.add(spec.dtype()));
    return dtypes;
  }

  private void padAfter(TensorSpec spec, int alignment) {
    long end = begins.get(spec.name()) + spec.bytes();
    pad(end, GgufHeader.aligned(end, alignment));
  }

  private void pad(long from, long to) {
    file.write(from, ByteBuffer.allocate((int) (to - from)));
  }
}
