package dev.stockpot.checkpoint;

import dev.stockpot.internal.io.AtomicFile;
import dev.stockpot.internal.io.ByteRanges;
import dev.stockpot.internal.io.InputFile;
import dev.stockpot.internal.io.IoReason;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SequencedMap;

/// The safetensors format: a JSON header, then the tensors' bytes.
///
/// @see <a href="https://huggingface.co/docs/safetensors">the format</a>
public final class Safetensors implements CheckpointFormat {

  /// Formats are stateless.
  public Safetensors() {}

  @Override
  public String name() {
    return "safetensors";
  }

  @Override
  public boolean recognises(Path path) {
    return Files.isRegularFile(path) && path.toString().endsWith(".safetensors");
  }

  @Override
  public Checkpoint open(Path path) {
    return Opening.file(path, "safetensors", file -> new Reader(path, file));
  }

  @Override
  public CheckpointWriter create(
      Path target,
      Collection<TensorSpec> tensors,
      Map<String, String> metadata,
      Durability durability) {
    return new Writer(target, SafetensorsHeader.layOut(tensors, metadata), durability);
  }

  private static final class Reader implements Checkpoint {
    private final Path path;
    private final InputFile file;
    private final SafetensorsHeader header;
    private final long dataStart;

    Reader(Path path, InputFile file) {
      this.path = path;
      this.file = file;
      long size = file.size();
      if (size < SafetensorsHeader.PREFIX_BYTES) {
        throw CheckpointException.of(
            path, "has " + size + " bytes; a safetensors file has at least 8. Is it complete?");
      }
      ByteBuffer prefix =
          ByteBuffer.allocate(SafetensorsHeader.PREFIX_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      file.read(0, prefix);
      long length = prefix.getLong(0);
      if (Long.compareUnsigned(length, SafetensorsHeader.MAX_BYTES) > 0) {
        // Text in these eight bytes is a larger number.
        FileKind.other(FileKind.head(file), "safetensors")
            .ifPresent(what -> {
              throw CheckpointException.of(path, what);
            });
        throw CheckpointException.at(
            path,
            0,
            "the header is said to be "
                + Long.toUnsignedString(length)
                + " bytes long; at most "
                + SafetensorsHeader.MAX_BYTES
                + " are allowed, so this may be no safetensors file");
      }
      if (length > size - SafetensorsHeader.PREFIX_BYTES) {
        throw CheckpointException.at(
            path,
            0,
            "the header is said to be "
                + length
                + " bytes long, but only "
                + (size - SafetensorsHeader.PREFIX_BYTES)
                + " bytes follow; the file is truncated or not a safetensors file");
      }
      ByteBuffer text = ByteBuffer.allocate((int) length);
      file.read(SafetensorsHeader.PREFIX_BYTES, text);
      dataStart = SafetensorsHeader.PREFIX_BYTES + length;
      header = SafetensorsHeader.parse(path, text.array(), size - dataStart);
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
      return header.metadata();
    }

    @Override
    public void read(String name, long offset, ByteBuffer target) {
      TensorAccess.checkRange(header.tensors(), name, offset, target.remaining());
      long position = dataStart + header.begins().get(name) + offset;
      try {
        file.read(position, target);
      } catch (UncheckedIOException e) {
        throw TensorAccess.shortened(path, name, position, e);
      }
    }

    @Override
    public Tensor tensor(String name) {
      TensorSpec spec = TensorAccess.checkRange(header.tensors(), name, 0, 0);
      long position = dataStart + header.begins().get(name);
      try {
        return new Tensor(spec, file.map().asSlice(position, spec.bytes()));
      } catch (UncheckedIOException e) {
        throw TensorAccess.shortened(path, name, position, e);
      }
    }

    @Override
    public void close() {
      file.close();
    }
  }

  private static final class Writer implements CheckpointWriter {
    private final SafetensorsHeader header;
    private final AtomicFile file;
    private final long dataStart;
    private final ByteRanges written = new ByteRanges();

    Writer(Path target, SafetensorsHeader header, Durability durability) {
      this.header = header;
      byte[] text = header.write();
      if (text.length > SafetensorsHeader.MAX_BYTES) {
        throw CheckpointException.of(
            target,
            "the header would take "
                + text.length
                + " bytes; the format allows "
                + SafetensorsHeader.MAX_BYTES);
      }
      dataStart = SafetensorsHeader.PREFIX_BYTES + (long) text.length;
      ByteBuffer prefix = ByteBuffer.allocate((int) dataStart).order(ByteOrder.LITTLE_ENDIAN);
      try {
        file = new AtomicFile(target, durability == Durability.SYNCED);
      } catch (UncheckedIOException e) {
        throw CheckpointException.of(target, "cannot be written: " + IoReason.of(e.getCause()));
      }
      try {
        file.write(0, prefix.putLong(text.length).put(text).flip());
      } catch (RuntimeException | Error e) {
        file.close();
        throw e;
      }
    }

    @Override
    public void write(String name, long offset, ByteBuffer source) {
      int bytes = source.remaining();
      TensorAccess.checkRange(header.tensors(), name, offset, bytes);
      long begin = header.begins().get(name) + offset;
      file.write(dataStart + begin, source);
      if (!written.add(begin, begin + bytes)) {
        throw new IllegalArgumentException(
            "tensor '" + name + "': bytes " + offset + " + " + bytes + " were written before");
      }
    }

    @Override
    public void commit() {
      OptionalLong missing = written.firstMissing(header.dataBytes());
      if (missing.isPresent()) {
        throw new IllegalStateException(missing(missing.getAsLong()));
      }
      file.commit();
    }

    @Override
    public void close() {
      file.close();
    }

    private String missing(long at) {
      for (TensorSpec spec : header.tensors().values()) {
        long offset = at - header.begins().get(spec.name());
        if (offset >= 0 && offset < spec.bytes()) {
          return "tensor '" + spec.name() + "': byte " + offset + " was not written";
        }
      }
      throw new AssertionError(at);
    }
  }
}
