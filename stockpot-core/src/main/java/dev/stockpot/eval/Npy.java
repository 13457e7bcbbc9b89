package dev.stockpot.eval;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.Tensor;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.internal.io.AtomicFile;
import dev.stockpot.internal.io.InputFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/// An array in a NumPy `.npy` file, checked when opened, as a view of mapped memory.
///
/// Versions 1 to 3 of the format; plain numbers, little-endian, in C order. Pickles are never read.
///
/// @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">format</a>
public final class Npy implements StoredArray {
  private static final int CHUNK_BYTES = 1 << 20;

  private final Path path;
  private final InputFile file;
  private final Tensor tensor;

  private Npy(Path path, InputFile file) {
    this.path = path;
    this.file = file;
    NpyHeader header = NpyHeader.read(path, file);
    TensorSpec spec = new TensorSpec(path.toString(), header.dtype(), header.shape());
    this.tensor = new Tensor(spec, file.map().asSlice(header.dataOffset(), spec.bytes()));
  }

  /// Opens a file.
  ///
  /// @throws EvaluationException if it is not there, or is not such an array
  public static Npy open(Path path) {
    if (Files.isDirectory(path)) {
      throw new EvaluationException(path + ": is a folder; name the .npy file in it");
    }
    InputFile file;
    try {
      file = new InputFile(path);
    } catch (UncheckedIOException e) {
      throw switch (e.getCause()) {
        case NoSuchFileException _ ->
            new EvaluationException(
                path + ": there is no such file; put it there, or correct the path", e);
        case AccessDeniedException _ ->
            new EvaluationException(path + ": may not be read; change its permissions", e);
        case IOException _ -> e;
      };
    }
    return of(path, file);
  }

  /// Writes a file: the same array gives the same bytes. The data begins at a multiple of 64 bytes.
  ///
  /// @param target is replaced at once when all is written
  /// @param dtype one that [#open] reads
  /// @param shape sizes per dimension
  /// @param data little-endian, in C order
  /// @throws IllegalArgumentException if the data does not fill the shape, or for another dtype
  public static void write(Path target, DType dtype, List<Long> shape, MemorySegment data) {
    TensorSpec spec = new TensorSpec(target.toString(), dtype, shape);
    if (data.byteSize() != spec.bytes()) {
      throw new IllegalArgumentException(
          data.byteSize() + " bytes for " + dtype + " " + shape + ", which takes " + spec.bytes());
    }
    byte[] header = NpyHeader.bytes(dtype, shape);
    try (AtomicFile out = new AtomicFile(target, true)) {
      out.write(0, ByteBuffer.wrap(header));
      byte[] chunk = new byte[(int) Math.min(CHUNK_BYTES, spec.bytes())];
      for (long at = 0; at < spec.bytes(); at += chunk.length) {
        int bytes = (int) Math.min(chunk.length, spec.bytes() - at);
        MemorySegment.copy(data, ValueLayout.JAVA_BYTE, at, chunk, 0, bytes);
        out.write(header.length + at, ByteBuffer.wrap(chunk, 0, bytes));
      }
      out.commit();
    }
  }

  /// Takes a file that was unpacked.
  ///
  /// @param name to call it by in messages
  /// @param file closed with the array, or when this fails
  static Npy of(Path name, InputFile file) {
    try {
      return new Npy(name, file);
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  /// The file as the user named it.
  @Override
  public String where() {
    return path.toString();
  }

  /// The array, named as the file; valid until this is closed.
  @Override
  public Tensor tensor() {
    return tensor;
  }

  @Override
  public void close() {
    file.close();
  }
}
