package dev.stockpot.eval;

import dev.stockpot.internal.io.IoReason;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Opens arrays by what their files begin with: `.npy`, `.npz`, IDX.
public final class StoredArrays {
  private static final int HEAD_BYTES = 4;
  private static final Pattern MEMBER = Pattern.compile("(?i)(.+\\.npz):([^/\\\\:]+)");

  private StoredArrays() {}

  /// The file of an array that is named as `file.npz:array`, or as a file.
  public static Path file(Path path) {
    Matcher matcher = MEMBER.matcher(path.toString());
    return matcher.matches() ? Path.of(matcher.group(1)) : path;
  }

  /// Opens an array.
  ///
  /// @param path a file, or one of several arrays in it: `file.npz:array`
  /// @param role `x` or `y`: that array of an `.npz` of several is taken when the path names none
  /// @throws EvaluationException if it is not there, or is no array
  static StoredArray open(Path path, String role) {
    Path file = file(path);
    byte[] head = head(file);
    if (Npz.is(head)) {
      Matcher matcher = MEMBER.matcher(path.toString());
      Optional<String> member =
          matcher.matches() ? Optional.of(matcher.group(2)) : Optional.empty();
      return Npz.open(file, member, role);
    } else if (Idx.is(head)) {
      return Idx.open(file);
    }
    return Npy.open(file);
  }

  /// The first bytes, or none where there is nothing to read.
  private static byte[] head(Path file) {
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      return new byte[0];
    }
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(HEAD_BYTES);
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": " + IoReason.of(e), e);
    }
  }
}
