package dev.stockpot.checkpoint;

import dev.stockpot.internal.io.InputFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// What a file is, by its first bytes; for messages about files that are not what their name says.
public final class FileKind {
  private static final int HEAD_BYTES = 512;

  private static final int TAR_OFFSET = 257;
  private static final int HEADER_OFFSET = 8;

  private static final List<Kind> KINDS =
      List.of(
          new Kind(
              0,
              "version https://git-lfs",
              "is a Git LFS pointer instead of the file; fetch the file with: git lfs pull"),
          new Kind(HEADER_OFFSET, "{\"", "is a safetensors file; name it .safetensors"),
          new Kind(0, "GGUF", "is a GGUF file; name it .gguf"),
          new Kind(0, "\u0089HDF", "is an HDF5 file (Keras), not a %s file"),
          new Kind(0, "\u001f\u008b", "is compressed with gzip; decompress it"),
          new Kind(0, "PK\u0003\u0004", "is a zip archive; one that PyTorch saved is named .pt"),
          new Kind(0, "\u0093NUMPY", "is a NumPy array, not a %s file"),
          new Kind(0, "<", "is a web page or XML, not a %s file; download it again"),
          new Kind(0, "{", "is JSON, not a %s file"),
          new Kind(
              TAR_OFFSET,
              "ustar",
              "is a tar archive; PyTorch before 0.2 saved so: load and save it with a newer one"));

  private record Kind(int offset, String magic, String what) {

    boolean matches(byte[] head) {
      byte[] bytes = magic.getBytes(StandardCharsets.ISO_8859_1);
      return head.length >= offset + bytes.length
          && Arrays.equals(head, offset, offset + bytes.length, bytes, 0, bytes.length);
    }
  }

  private FileKind() {}

  /// The first bytes of a file, as many as are looked at.
  static byte[] head(InputFile file) {
    ByteBuffer head = ByteBuffer.allocate((int) Math.min(file.size(), HEAD_BYTES));
    file.read(0, head);
    return head.array();
  }

  /// What the file is if it is of another kind that is known, and what to do.
  ///
  /// @param format that it should be of
  public static Optional<String> other(byte[] head, String format) {
    return KINDS.stream()
        .filter(kind -> kind.matches(head))
        .filter(kind -> !kind.what().matches("is (a )?" + format + "\\b.*"))
        .findFirst()
        .map(kind -> kind.what().replace("a %s", (format.equals("ONNX") ? "an " : "a ") + format));
  }

  /// What the file is and what to do, as far as its bytes tell.
  ///
  /// @param format that it should be of
  static String of(byte[] head, String format) {
    if (head.length == 0) {
      return "is empty";
    }
    return other(head, format)
        .orElseGet(() ->
            "is not a "
                + format
                + " file: it begins with the bytes "
                + HexFormat.ofDelimiter(" ").formatHex(head, 0, Math.min(head.length, Long.BYTES)));
  }
}
