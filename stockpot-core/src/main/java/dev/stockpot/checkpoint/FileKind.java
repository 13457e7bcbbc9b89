package dev.stockpot.checkpoint;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// What a file is, by its first bytes; for messages about files that are not what their name says.
final class FileKind {
  /// How many bytes are looked at.
  static final int HEAD_BYTES = 512;

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
          new Kind(0, "\u0089HDF", "is an HDF5 file (Keras), not a PyTorch file"),
          new Kind(0, "\u001f\u008b", "is compressed with gzip; decompress it"),
          new Kind(0, "\u0093NUMPY", "is a NumPy array, not a PyTorch file"),
          new Kind(0, "<", "is a web page or XML, not a PyTorch file; download it again"),
          new Kind(0, "{", "is JSON, not a PyTorch file"),
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

  /// What the file is and what to do, if its bytes tell.
  static Optional<String> of(byte[] head) {
    return KINDS.stream().filter(kind -> kind.matches(head)).map(Kind::what).findFirst();
  }
}
