package dev.stockpot.internal.image;

/// Width and height in pixels.
public record ImageSize(int width, int height) {

  /// @throws IllegalArgumentException unless both are at least 1
  public ImageSize {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException(width + "×" + height + " pixels");
    }
  }

  /// Width times height.
  public long pixels() {
    return (long) width * height;
  }

  /// Of the shorter side.
  public int shorter() {
    return Math.min(width, height);
  }

  @Override
  public String toString() {
    return width + "×" + height;
  }
}
