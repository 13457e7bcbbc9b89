package dev.stockpot.train;

/// An affine map from places in the changed image to places in the original, both counted in pixels
/// from the image's middle; bilinear between pixels.
///
///     x' = a·x + b·y + c        y' = d·x + e·y + f
record Warp(double a, double b, double c, double d, double e, double f) {

  /// Turns the image.
  static Warp rotate(double degrees) {
    double cos = StrictMath.cos(StrictMath.toRadians(degrees));
    double sin = StrictMath.sin(StrictMath.toRadians(degrees));
    return new Warp(cos, sin, 0, -sin, cos, 0);
  }

  /// Leans the image: by so many pixels right for each down, and down for each right.
  static Warp shear(double right, double down) {
    return new Warp(1, right, 0, down, 1, 0);
  }

  /// Moves the image, in pixels.
  static Warp translate(double right, double down) {
    return new Warp(1, 0, -right, 0, 1, -down);
  }

  /// A part of the image, as large as the whole.
  static Warp crop(Image image, double left, double top, double width, double height) {
    return new Warp(
        width / image.width(),
        0,
        left + (width - image.width()) / 2,
        0,
        height / image.height(),
        top + (height - image.height()) / 2);
  }

  /// Left becomes right.
  static void flip(Image image) {
    float[] pixels = image.pixels();
    for (int channel = 0; channel < image.channels(); channel++) {
      for (int y = 0; y < image.height(); y++) {
        for (int x = 0; x < image.width() / 2; x++) {
          int left = image.at(channel, y, x);
          int right = image.at(channel, y, image.width() - 1 - x);
          float pixel = pixels[left];
          pixels[left] = pixels[right];
          pixels[right] = pixel;
        }
      }
    }
  }

  /// Changes an image.
  ///
  /// @param fill per channel, for what lies outside
  void apply(Image image, float[] fill) {
    float[] original = image.pixels().clone();
    double middleX = (image.width() - 1) / 2.0;
    double middleY = (image.height() - 1) / 2.0;
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        double fromX = a * (x - middleX) + b * (y - middleY) + c + middleX;
        double fromY = d * (x - middleX) + e * (y - middleY) + f + middleY;
        int left = (int) Math.floor(fromX);
        int top = (int) Math.floor(fromY);
        double shareX = fromX - left;
        double shareY = fromY - top;
        for (int channel = 0; channel < image.channels(); channel++) {
          double above =
              (1 - shareX) * pixel(image, original, channel, top, left, fill)
                  + shareX * pixel(image, original, channel, top, left + 1, fill);
          double below =
              (1 - shareX) * pixel(image, original, channel, top + 1, left, fill)
                  + shareX * pixel(image, original, channel, top + 1, left + 1, fill);
          image.pixels()[image.at(channel, y, x)] = (float) ((1 - shareY) * above + shareY * below);
        }
      }
    }
  }

  private static double pixel(
      Image image, float[] original, int channel, int y, int x, float[] fill) {
    return y < 0 || y >= image.height() || x < 0 || x >= image.width()
        ? fill[channel]
        : original[image.at(channel, y, x)];
  }
}
