package dev.stockpot.internal.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;

/// Images in the test resources: 37×29 pixels of waves and noise, `rgb16.png` 7×9, written by
/// Pillow 12.3.0 (`rgb16.png` by hand, since Pillow writes none such).
public final class TestImages {
  private TestImages() {}

  /// A file's content.
  public static byte[] bytes(String name) throws IOException {
    try (InputStream in = TestImages.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    }
  }

  /// Copies a file.
  public static Path copy(String name, Path target) throws IOException {
    return Files.write(target, bytes(name));
  }

  /// As Python's `zlib.crc32(numpy.asarray(image).tobytes())`.
  static long crc(Pixels image) {
    CRC32 crc = new CRC32();
    crc.update(image.rgb());
    return crc.getValue();
  }
}
