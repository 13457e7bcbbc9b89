package dev.stockpot.internal.image;

import dev.stockpot.internal.io.IoReason;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;
import javax.imageio.stream.MemoryCacheImageInputStream;

/// Reads JPEG and PNG files as red, green and blue, in the bytes that Pillow's
/// `Image.open(file).convert("RGB")` gives.
///
/// That is: the samples as they are stored, whatever colour profile, gamma or orientation the file
/// names; grey three times; of 16 bits the upper eight; the palette's colours; transparency is
/// dropped, and what lies beneath it shows. Grey of 16 bits is refused: Pillow makes it white.
public final class Images {
  /// Most pixels that are decoded: 89 million, as Pillow takes without a warning.
  public static final long MAX_PIXELS = 89_478_485;

  /// Largest file that is read.
  static final long MAX_FILE_BYTES = 1L << 29;

  private static final int SIGNATURE_BYTES = 8;
  private static final String PNG = "89504e470d0a1a0a";
  private static final String JPEG = "ffd8ff";
  private static final String AGAIN = "copy it again, or save it again as JPEG or PNG";
  private static final int DEEP = 16;

  private Images() {}

  /// Width and height, from the header alone.
  ///
  /// @throws ImageException if there is no such header, or it asks for too much
  public static ImageSize size(Path path) throws ImageException {
    try (InputStream file = Files.newInputStream(path)) {
      byte[] signature = file.readNBytes(SIGNATURE_BYTES);
      ImageReader reader = reader(signature);
      try (InputStream again = Files.newInputStream(path)) {
        return size(reader, again);
      } finally {
        reader.dispose();
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /// Decodes a file.
  ///
  /// @throws ImageException if that is not possible
  public static Pixels read(Path path) throws ImageException {
    try {
      long bytes = Files.size(path);
      if (bytes > MAX_FILE_BYTES) {
        throw new ImageException(
            "has " + bytes + " bytes; at most " + MAX_FILE_BYTES + " are read: save it smaller");
      }
      return decode(Files.readAllBytes(path));
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /// Decodes the content of a file.
  ///
  /// @throws ImageException if that is not possible
  public static Pixels decode(byte[] file) throws ImageException {
    ImageReader reader = reader(file);
    Damage damage = new Damage();
    reader.addIIOReadWarningListener(damage);
    try (MemoryCacheImageInputStream stream =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      reader.setInput(stream, true, true);
      check(reader);
      if (reader.getRawImageType(0) == null && isJpeg(file)) {
        throw new ImageException("has CMYK colours; save it as RGB");
      }
      BufferedImage image = reader.read(0);
      if (damage.found().isPresent()) {
        throw new ImageException("is damaged: " + damage.found().get() + "; " + AGAIN);
      }
      return pixels(image);
    } catch (IOException | RuntimeException e) {
      // What decoders throw at broken files.
      throw damaged(e);
    } finally {
      reader.dispose();
    }
  }

  private static ImageSize size(ImageReader reader, InputStream file)
      throws IOException, ImageException {
    try (MemoryCacheImageInputStream stream = new MemoryCacheImageInputStream(file)) {
      reader.setInput(stream, true, true);
      return check(reader);
    } catch (IOException | RuntimeException e) {
      throw damaged(e);
    }
  }

  private static ImageSize check(ImageReader reader) throws IOException, ImageException {
    ImageSize size = new ImageSize(reader.getWidth(0), reader.getHeight(0));
    if (size.pixels() > MAX_PIXELS) {
      throw new ImageException(
          "has %s pixels; at most %d are decoded: save it smaller".formatted(size, MAX_PIXELS));
    }
    return size;
  }

  private static boolean isJpeg(byte[] file) {
    return HexFormat.of().formatHex(file, 0, Math.min(3, file.length)).equals(JPEG);
  }

  private static ImageReader reader(byte[] file) throws ImageException {
    String signature = HexFormat.of().formatHex(file, 0, Math.min(SIGNATURE_BYTES, file.length));
    if (signature.startsWith(JPEG)) {
      return ImageIO.getImageReadersByFormatName("jpeg").next();
    } else if (signature.startsWith(PNG)) {
      return ImageIO.getImageReadersByFormatName("png").next();
    }
    throw new ImageException(
        file.length == 0
            ? "is empty; " + AGAIN
            : "begins with "
                + HexFormat.ofDelimiter(" ").formatHex(file, 0, Math.min(4, file.length))
                + ", so it is neither JPEG nor PNG; save it as one of these");
  }

  private static Pixels pixels(BufferedImage image) throws ImageException {
    Raster raster = image.getRaster();
    int width = raster.getWidth();
    int bands = raster.getNumBands();
    byte[] rgb = new byte[Math.multiplyExact(width * raster.getHeight(), Pixels.CHANNELS)];
    if (bands > 4) {
      throw new ImageException("has " + bands + " channels; save it as RGB");
    }
    int shift = raster.getSampleModel().getSampleSize(0) == DEEP ? 8 : 0;
    if (shift > 0 && bands < Pixels.CHANNELS) {
      throw new ImageException("is grey with 16 bits per pixel; save it with 8");
    }
    byte[][] palette = palette(image);
    int[] row = new int[width * bands];
    int at = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      for (int i = 0; i < row.length; i += bands) {
        for (int channel = 0; channel < Pixels.CHANNELS; channel++) {
          int sample = row[bands < Pixels.CHANNELS ? i : i + channel] >>> shift;
          rgb[at++] = palette.length == 0 ? (byte) sample : palette[channel][sample];
        }
      }
    }
    return new Pixels(new ImageSize(width, raster.getHeight()), rgb);
  }

  /// Red, green and blue by index; empty for an image without a palette.
  private static byte[][] palette(BufferedImage image) {
    if (!(image.getColorModel() instanceof IndexColorModel model)) {
      return new byte[0][];
    }
    byte[][] palette = new byte[Pixels.CHANNELS][model.getMapSize()];
    model.getReds(palette[0]);
    model.getGreens(palette[1]);
    model.getBlues(palette[2]);
    return palette;
  }

  private static ImageException damaged(Exception e) {
    String reason = Optional.ofNullable(e.getMessage()).orElse(e.getClass().getSimpleName());
    return new ImageException("cannot be decoded: " + reason + "; " + AGAIN, e);
  }

  private static ImageException unreadable(IOException e) {
    return new ImageException("cannot be read: " + IoReason.of(e), e);
  }

  /// Notes what a decoder only warns of: the rest of the image would be grey.
  private static final class Damage implements IIOReadWarningListener {
    private Optional<String> found = Optional.empty();

    Optional<String> found() {
      return found;
    }

    @Override
    public void warningOccurred(ImageReader source, String warning) {
      if (found.isEmpty()) {
        found = Optional.of(warning);
      }
    }
  }
}
