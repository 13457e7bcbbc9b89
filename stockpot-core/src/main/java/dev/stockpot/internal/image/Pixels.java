package dev.stockpot.internal.image;

/// An image: red, green and blue of each pixel, row by row from the top.
public final class Pixels {
  /// Bytes per pixel.
  public static final int CHANNELS = 3;

  private final ImageSize size;
  private final byte[] rgb;

  /// @param rgb three bytes per pixel, unsigned; not copied
  /// @throws IllegalArgumentException if the bytes do not fill the size
  Pixels(ImageSize size, byte[] rgb) {
    if (rgb.length != size.pixels() * CHANNELS) {
      throw new IllegalArgumentException(rgb.length + " bytes for " + size);
    }
    this.size = size;
    this.rgb = rgb;
  }

  /// Width and height.
  public ImageSize size() {
    return size;
  }

  /// Three bytes per pixel, unsigned; not a copy.
  public byte[] rgb() {
    return rgb;
  }
}
