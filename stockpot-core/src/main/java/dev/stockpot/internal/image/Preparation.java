package dev.stockpot.internal.image;

import java.util.Optional;

/// What is done with an image before a model sees it: resized, then the centre cut out, as
/// torchvision's `Resize` and `CenterCrop` do it.
///
/// @param filter for resizing
/// @param resize what to resize to, if at all
/// @param crop what to cut out, if anything; larger than the image, it gets black margins
public record Preparation(
    ResampleFilter filter, Optional<Resize> resize, Optional<ImageSize> crop) {
  /// Images as they are.
  public static final Preparation NONE =
      new Preparation(ResampleFilter.BILINEAR, Optional.empty(), Optional.empty());

  /// What to resize to.
  public sealed interface Resize {
    /// The shorter side to a length, the longer by the same factor, rounded down.
    record Shorter(int length) implements Resize {}

    /// Both sides, whatever the proportions.
    record Exact(ImageSize size) implements Resize {}

    /// The size of an image that had another.
    default ImageSize of(ImageSize image) {
      return switch (this) {
        case Shorter(int length) -> {
          long longer = (long) length * Math.max(image.width(), image.height()) / image.shorter();
          int other = Math.toIntExact(longer);
          yield image.width() <= image.height()
              ? new ImageSize(length, other)
              : new ImageSize(other, length);
        }
        case Exact(ImageSize size) -> size;
      };
    }
  }

  /// The size of an image when it has been prepared.
  ///
  /// @throws ImageException if that is too large
  public ImageSize size(ImageSize image) throws ImageException {
    ImageSize resized = resized(image);
    return crop.orElse(resized);
  }

  /// Prepares an image.
  ///
  /// @throws ImageException if it would become too large
  public Pixels prepare(Pixels image) throws ImageException {
    ImageSize resized = resized(image.size());
    ImageSize wanted = crop.orElse(resized);
    ImageSize kept =
        new ImageSize(
            Math.min(wanted.width(), resized.width()), Math.min(wanted.height(), resized.height()));
    Resample.Window window =
        new Resample.Window(
            middle(resized.width(), kept.width()), middle(resized.height(), kept.height()), kept);
    Pixels cut =
        resized.equals(image.size())
            ? cut(image, window)
            : Resample.resize(image, filter, resized, window);
    return kept.equals(wanted) ? cut : framed(cut, wanted);
  }

  private ImageSize resized(ImageSize image) throws ImageException {
    ImageSize resized;
    try {
      resized = resize.map(to -> to.of(image)).orElse(image);
    } catch (ArithmeticException e) {
      throw new ImageException("has " + image + " pixels, too long a shape to resize; crop it", e);
    }
    if (resized.pixels() > Images.MAX_PIXELS) {
      throw new ImageException(
          "has %s pixels, which resizing makes %s; at most %d are taken: crop it"
              .formatted(image, resized, Images.MAX_PIXELS));
    }
    return resized;
  }

  /// Python's `round((length − kept) / 2)`: halves to even.
  private static int middle(int length, int kept) {
    return (int) Math.rint((length - kept) / 2.0);
  }

  private static Pixels cut(Pixels image, Resample.Window window) {
    if (window.size().equals(image.size())) {
      return image;
    }
    int rowBytes = window.size().width() * Pixels.CHANNELS;
    byte[] target = new byte[window.size().height() * rowBytes];
    for (int y = 0; y < window.size().height(); y++) {
      int from = ((window.y() + y) * image.size().width() + window.x()) * Pixels.CHANNELS;
      System.arraycopy(image.rgb(), from, target, y * rowBytes, rowBytes);
    }
    return new Pixels(window.size(), target);
  }

  /// With black margins; an odd one is smaller on the left and on top.
  private static Pixels framed(Pixels image, ImageSize size) {
    byte[] target = new byte[Math.toIntExact(size.pixels() * Pixels.CHANNELS)];
    int left = (size.width() - image.size().width()) / 2;
    int top = (size.height() - image.size().height()) / 2;
    int rowBytes = image.size().width() * Pixels.CHANNELS;
    for (int y = 0; y < image.size().height(); y++) {
      int to = ((top + y) * size.width() + left) * Pixels.CHANNELS;
      System.arraycopy(image.rgb(), y * rowBytes, target, to, rowBytes);
    }
    return new Pixels(size, target);
  }
}
