package dev.stockpot.internal.image;

import java.util.Arrays;

/// Resizes images as Pillow's `Image.resize` does: first every row, then every column, each rounded
/// to bytes, with filters that are widened where the image becomes smaller.
public final class Resample {
  private Resample() {}

  /// Part of a resized image.
  ///
  /// @param x of the left-most column, at least 0
  /// @param y of the topmost row, at least 0
  public record Window(int x, int y, ImageSize size) {
    /// All of an image.
    public static Window all(ImageSize size) {
      return new Window(0, 0, size);
    }
  }

  /// Resizes, and keeps a part; what lies outside of it is not computed.
  ///
  /// @param size to resize to
  /// @param window lies inside of that size
  public static Pixels resize(Pixels image, ResampleFilter filter, ImageSize size, Window window) {
    int width = window.size().width();
    int height = window.size().height();
    ResampleAxis columns =
        ResampleAxis.of(filter, image.size().width(), size.width(), window.x(), width);
    ResampleAxis rows =
        ResampleAxis.of(filter, image.size().height(), size.height(), window.y(), height);
    byte[] narrowed = image.rgb();
    int top = 0;
    // An axis that keeps its length is exact.
    if (size.width() != image.size().width() || width != size.width()) {
      narrowed = alongRows(image, columns, rows.begin(), rows.end());
      top = rows.begin();
    }
    return new Pixels(window.size(), alongColumns(narrowed, width, rows, top));
  }

  private static byte[] alongRows(Pixels image, ResampleAxis axis, int from, int to) {
    byte[] source = image.rgb();
    byte[] target = new byte[(to - from) * axis.count() * Pixels.CHANNELS];
    int at = 0;
    for (int y = from; y < to; y++) {
      int row = y * image.size().width();
      for (int x = 0; x < axis.count(); x++) {
        int[] weights = axis.weights(x);
        int pixel = (row + axis.first(x)) * Pixels.CHANNELS;
        int red = 0;
        int green = 0;
        int blue = 0;
        for (int weight : weights) {
          red += weight * (source[pixel] & 0xff);
          green += weight * (source[pixel + 1] & 0xff);
          blue += weight * (source[pixel + 2] & 0xff);
          pixel += Pixels.CHANNELS;
        }
        target[at++] = round(red);
        target[at++] = round(green);
        target[at++] = round(blue);
      }
    }
    return target;
  }

  private static byte[] alongColumns(byte[] source, int width, ResampleAxis axis, int top) {
    int stride = width * Pixels.CHANNELS;
    byte[] target = new byte[axis.count() * stride];
    int[] sums = new int[stride];
    for (int y = 0; y < axis.count(); y++) {
      Arrays.fill(sums, 0);
      int row = (axis.first(y) - top) * stride;
      for (int weight : axis.weights(y)) {
        for (int i = 0; i < stride; i++) {
          sums[i] += weight * (source[row + i] & 0xff);
        }
        row += stride;
      }
      for (int i = 0; i < stride; i++) {
        target[y * stride + i] = round(sums[i]);
      }
    }
    return target;
  }

  /// To the nearest, halves up.
  private static byte round(int sum) {
    int rounded = (sum + ResampleAxis.ONE / 2) >> ResampleAxis.BITS;
    return (byte) Math.max(0, Math.min(255, rounded));
  }
}
