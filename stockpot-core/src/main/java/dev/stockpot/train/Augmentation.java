package dev.stockpot.train;

import dev.stockpot.eval.InputSpec;
import java.util.List;
import java.util.random.RandomGenerator;

/// What is done to an image before the network sees it in training: a random resized crop, a flip,
/// a turn, RandAugment, noise; in this order, each if it is asked for.
///
/// @param cropScale least share of the area that is cropped; 1 for none
/// @param flip probability of a flip from left to right
/// @param rotate most degrees of a turn either way
/// @param operations of RandAugment
/// @param magnitude of these, from 0 to 30
/// @param noise standard deviation, in the network's units
/// @param mean of the input's preparation, per channel or one for all
/// @param std of the input's preparation, per channel or one for all
public record Augmentation(
    double cropScale,
    double flip,
    double rotate,
    int operations,
    double magnitude,
    double noise,
    List<Double> mean,
    List<Double> std) {
  /// Ratios of width to height of a crop, as is usual.
  private static final double LEAST_RATIO = 3.0 / 4;

  private static final double MOST_RATIO = 4.0 / 3;
  private static final int CROPS_TRIED = 10;

  public Augmentation {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
  }

  /// Of a run's hyperparameters.
  public static Augmentation of(Hyperparameters hyperparameters, InputSpec input) {
    return new Augmentation(
        hyperparameters.real(Hyperparameter.CROP_SCALE),
        hyperparameters.real(Hyperparameter.FLIP),
        hyperparameters.real(Hyperparameter.ROTATE),
        hyperparameters.whole(Hyperparameter.RANDAUGMENT_N),
        hyperparameters.real(Hyperparameter.RANDAUGMENT_M),
        hyperparameters.real(Hyperparameter.NOISE),
        input.mean(),
        input.std());
  }

  /// Whether anything is done that only images have: places.
  public boolean needsImages() {
    return cropScale < 1 || flip > 0 || rotate > 0 || operations > 0;
  }

  /// Whether nothing is done.
  public boolean isNone() {
    return !needsImages() && noise == 0;
  }

  /// Changes an image.
  public void apply(Image image, RandomGenerator random) {
    if (cropScale < 1) {
      crop(image, random);
    }
    if (flip > 0 && random.nextDouble() < flip) {
      Warp.flip(image);
    }
    if (rotate > 0) {
      Warp.rotate(rotate * (2 * random.nextDouble() - 1)).apply(image, fill(image));
    }
    if (operations > 0) {
      RandAugment randAugment = new RandAugment(operations, magnitude);
      unit(image, true);
      randAugment.apply(image, random);
      unit(image, false);
    }
    if (noise > 0) {
      addNoise(image.pixels(), noise, random);
    }
  }

  /// Adds Gaussian noise.
  static void addNoise(float[] values, double deviation, RandomGenerator random) {
    for (int i = 0; i < values.length; i++) {
      values[i] += (float) (deviation * random.nextGaussian());
    }
  }

  /// An area and a ratio at random, as Szegedy et al. 2015 do it; the whole image if none fits.
  private void crop(Image image, RandomGenerator random) {
    for (int tried = 0; tried < CROPS_TRIED; tried++) {
      double area =
          image.height()
              * (double) image.width()
              * (cropScale + (1 - cropScale) * random.nextDouble());
      double ratio = LEAST_RATIO * StrictMath.pow(MOST_RATIO / LEAST_RATIO, random.nextDouble());
      double width = Math.sqrt(area * ratio);
      double height = Math.sqrt(area / ratio);
      if (width <= image.width() && height <= image.height()) {
        double left = random.nextDouble() * (image.width() - width);
        double top = random.nextDouble() * (image.height() - height);
        Warp.crop(image, left, top, width, height).apply(image, fill(image));
        return;
      }
    }
  }

  /// What a black pixel is for the network.
  private float[] fill(Image image) {
    float[] fill = new float[image.channels()];
    for (int channel = 0; channel < fill.length; channel++) {
      fill[channel] = (float) (-of(mean, channel) / of(std, channel));
    }
    return fill;
  }

  /// To values from 0 to 1, or back.
  private void unit(Image image, boolean to) {
    float[] pixels = image.pixels();
    for (int channel = 0; channel < image.channels(); channel++) {
      float std = (float) of(this.std, channel);
      float mean = (float) of(this.mean, channel);
      for (int place = 0; place < image.height() * image.width(); place++) {
        int at = image.at(channel, place / image.width(), place % image.width());
        pixels[at] = to ? pixels[at] * std + mean : (pixels[at] - mean) / std;
      }
    }
  }

  private static double of(List<Double> numbers, int channel) {
    return numbers.size() == 1 ? numbers.getFirst() : numbers.get(channel);
  }
}
