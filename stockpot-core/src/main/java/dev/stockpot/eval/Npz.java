package dev.stockpot.eval;

import dev.stockpot.internal.io.InputFile;
import dev.stockpot.internal.io.IoReason;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/// An array in a zip archive of `.npy` files, as `numpy.savez` writes them, compressed or not; it
/// is unpacked into a temporary file.
final class Npz {
  private static final int CHUNK_BYTES = 1 << 16;
  private static final String SUFFIX = ".npy";
  private static final String AGAIN = "copy it again, or save it again with numpy.savez";

  private Npz() {}

  /// Whether a file begins as an archive does.
  static boolean is(byte[] head) {
    return head.length == 4 && head[0] == 'P' && head[1] == 'K' && head[2] == 3 && head[3] == 4;
  }

  /// Opens an array.
  ///
  /// @param member its name; if there is none it is the only one, or that with the name of the role
  /// @throws EvaluationException if there is no such array, or it cannot be read
  static StoredArray open(Path path, Optional<String> member, String role) {
    try (ZipFile zip = new ZipFile(path.toFile())) {
      List<String> names =
          zip.stream()
              .map(ZipEntry::getName)
              .filter(name -> name.endsWith(SUFFIX))
              .map(name -> name.substring(0, name.length() - SUFFIX.length()))
              .toList();
      String wanted = member.orElse(names.size() == 1 ? names.getFirst() : role);
      if (!names.contains(wanted)) {
        throw new EvaluationException(
            "%s: holds no array '%s'; name one of those it has, such as %s:%s: %s"
                .formatted(
                    path,
                    wanted,
                    path.getFileName(),
                    names.isEmpty() ? "x" : names.getFirst(),
                    String.join(", ", names)));
      }
      Path name = Path.of(path + ":" + wanted);
      return Npy.of(name, unpack(name, zip, zip.getEntry(wanted + SUFFIX)));
    } catch (ZipException e) {
      throw broken(path, e);
    } catch (IOException e) {
      throw new UncheckedIOException(path + ": " + IoReason.of(e), e);
    }
  }

  private static InputFile unpack(Path name, ZipFile zip, ZipEntry entry) throws IOException {
    long size = entry.getSize();
    Spool.checkRoom(name.toString(), size);
    try (InputStream in = zip.getInputStream(entry);
        Spool spool = new Spool()) {
      byte[] chunk = new byte[CHUNK_BYTES];
      for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
        spool.write(chunk, 0, count);
        if (spool.bytes() > size) {
          break;
        }
      }
      if (spool.bytes() != size) {
        throw new ZipException("not the " + size + " bytes that the archive's directory names");
      }
      return spool.read();
    }
  }

  private static EvaluationException broken(Path path, ZipException e) {
    return new EvaluationException(
        path + ": cannot be unpacked: " + e.getMessage() + "; " + AGAIN, e);
  }
}
