package dev.stockpot.eval;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.internal.io.IoReason;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/// An array in the format of MNIST, gzipped or not; it is unpacked into a temporary file. Three
/// axes are images, which get a fourth: their one channel.
///
/// @see <a href="https://yann.lecun.com/exdb/mnist/">MNIST, "File formats"</a>
final class Idx {
  private static final int IMAGES_AXES = 3;
  private static final int CHUNK_BYTES = 1 << 16;
  private static final String AGAIN = "copy it again";

  private Idx() {}

  /// Opens a file.
  ///
  /// @throws EvaluationException if it is not such an array
  static StoredArray open(Path path) {
    try (InputStream raw = new BufferedInputStream(Files.newInputStream(path));
        Spool spool = new Spool()) {
      DataInputStream in = new DataInputStream(unpacked(raw));
      int magic = in.readInt();
      DType dtype = dtype(path, magic);
      int storedBytes = storedBytes(magic >>> 8 & 0xff);
      List<Long> shape = new ArrayList<>();
      for (int axis = 0; axis < (magic & 0xff); axis++) {
        shape.add(Integer.toUnsignedLong(in.readInt()));
      }
      long elements = elements(path, shape);
      Spool.checkRoom(path.toString(), Math.multiplyExact(elements, dtype.bytes()));
      copy(in, elements, storedBytes, dtype, spool);
      if (in.read() >= 0) {
        throw new EvaluationException(
            "%s: more bytes follow the %d elements of shape %s; %s"
                .formatted(path, elements, shape, AGAIN));
      }
      if (shape.size() == IMAGES_AXES) {
        shape.add(1L);
      }
      return new SpooledArray(path.toString(), dtype, shape, spool);
    } catch (EOFException e) {
      throw new EvaluationException(path + ": ends too early; " + AGAIN, e);
    } catch (ZipException e) {
      throw new EvaluationException(
          path + ": cannot be unpacked: " + e.getMessage() + "; " + AGAIN, e);
    } catch (IOException e) {
      throw new UncheckedIOException(path + ": " + IoReason.of(e), e);
    }
  }

  /// Whether a file begins as such an array does; gzipped ones are taken to be.
  static boolean is(byte[] head) {
    return head.length > 3
        && (isGzip(head) || (head[0] == 0 && head[1] == 0 && storedBytes(head[2]) > 0));
  }

  private static boolean isGzip(byte[] head) {
    return (head[0] & 0xff) == 0x1f && (head[1] & 0xff) == 0x8b;
  }

  private static InputStream unpacked(InputStream raw) throws IOException {
    raw.mark(2);
    byte[] head = raw.readNBytes(2);
    raw.reset();
    return head.length == 2 && isGzip(head) ? new GZIPInputStream(raw, CHUNK_BYTES) : raw;
  }

  private static DType dtype(Path path, int magic) {
    return switch (magic >>> 8) {
      case 0x08 -> DType.U8;
      case 0x09 -> DType.I8;
      case 0x0b, 0x0c -> DType.I32;
      case 0x0d -> DType.F32;
      case 0x0e -> DType.F64;
      default ->
          throw new EvaluationException(
              "%s: begins with %08x instead of 00 00, a type and a number of axes; is it an IDX file?"
                  .formatted(path, magic));
    };
  }

  /// Bytes of an element in the file; 0 for a type that does not exist.
  private static int storedBytes(int type) {
    return switch (type) {
      case 0x08, 0x09 -> 1;
      case 0x0b -> 2;
      case 0x0c, 0x0d -> 4;
      case 0x0e -> 8;
      default -> 0;
    };
  }

  private static long elements(Path path, List<Long> shape) {
    try {
      long elements = 1;
      for (long size : shape) {
        elements = Math.multiplyExact(elements, size);
      }
      Math.multiplyExact(elements, Long.BYTES);
      return elements;
    } catch (ArithmeticException e) {
      throw new EvaluationException(
          path + ": shape " + shape + " is larger than any file; " + AGAIN, e);
    }
  }

  /// Turns the bytes of each element around; 16 bits become 32.
  private static void copy(
      DataInputStream in, long elements, int storedBytes, DType dtype, Spool spool)
      throws IOException {
    byte[] stored = new byte[CHUNK_BYTES];
    byte[] turned = new byte[CHUNK_BYTES / storedBytes * dtype.bytes()];
    long left = elements * storedBytes;
    while (left > 0) {
      int count = (int) Math.min(CHUNK_BYTES, left);
      in.readFully(stored, 0, count);
      int at = 0;
      for (int from = 0; from < count; from += storedBytes) {
        byte sign = (byte) (stored[from] >> 7);
        for (int i = 0; i < dtype.bytes(); i++) {
          turned[at++] = i < storedBytes ? stored[from + storedBytes - 1 - i] : sign;
        }
      }
      spool.write(turned, 0, at);
      left -= count;
    }
  }
}
