package dev.stockpot.train;

import java.util.random.RandomGenerator;

/// RandAugment: so many of fourteen operations, each chosen at random, all of one magnitude.
///
/// Values are from 0 to 1, and stay there. Ranges of the operations are those of the paper.
///
/// @param operations how many
/// @param magnitude from 0 to 30
/// @see <a href="https://arxiv.org/abs/1909.13719">Cubuk et al. 2020</a>
record RandAugment(int operations, double magnitude) {
  private static final int KINDS = 14;
  private static final int LEVELS = 256;
  private static final float[] RED_GREEN_BLUE = {0.299f, 0.587f, 0.114f};

  void apply(Image image, RandomGenerator random) {
    clamp(image);
    for (int i = 0; i < operations; i++) {
      int kind = random.nextInt(KINDS);
      double sign = random.nextBoolean() ? 1 : -1;
      operation(image, kind, sign);
      clamp(image);
    }
  }

  private void operation(Image image, int kind, double sign) {
    double share = magnitude / 30;
    double factor = 1 + sign * 0.9 * share;
    float[] black = new float[image.channels()];
    switch (kind) {
      case 0 -> {
        // Nothing.
      }
      case 1 -> Warp.rotate(sign * 30 * share).apply(image, black);
      case 2 -> Warp.shear(sign * 0.3 * share, 0).apply(image, black);
      case 3 -> Warp.shear(0, sign * 0.3 * share).apply(image, black);
      case 4 -> Warp.translate(sign * 0.45 * share * image.width(), 0).apply(image, black);
      case 5 -> Warp.translate(0, sign * 0.45 * share * image.height()).apply(image, black);
      case 6 -> brightness(image, (float) factor);
      case 7 -> contrast(image, (float) factor);
      case 8 -> colour(image, (float) factor);
      case 9 -> sharpness(image, (float) factor);
      case 10 -> posterise(image, (int) Math.round(4 * share));
      case 11 -> solarise(image, (float) (1 - share));
      case 12 -> autoContrast(image);
      default -> equalise(image);
    }
  }

  private static void brightness(Image image, float factor) {
    float[] pixels = image.pixels();
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] *= factor;
    }
  }

  private static void contrast(Image image, float factor) {
    float[] grey = grey(image);
    double sum = 0;
    for (float value : grey) {
      sum += value;
    }
    float mean = (float) (sum / grey.length);
    float[] pixels = image.pixels();
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = mean + factor * (pixels[i] - mean);
    }
  }

  private static void colour(Image image, float factor) {
    float[] grey = grey(image);
    for (int channel = 0; channel < image.channels(); channel++) {
      for (int i = 0; i < grey.length; i++) {
        int at = image.at(channel, i / image.width(), i % image.width());
        image.pixels()[at] = grey[i] + factor * (image.pixels()[at] - grey[i]);
      }
    }
  }

  /// Away from the image smoothed by (1 1 1; 1 5 1; 1 1 1) / 13, whose border is the image's own.
  private static void sharpness(Image image, float factor) {
    float[] original = image.pixels().clone();
    for (int channel = 0; channel < image.channels(); channel++) {
      for (int y = 1; y < image.height() - 1; y++) {
        for (int x = 1; x < image.width() - 1; x++) {
          float sum = 4 * original[image.at(channel, y, x)];
          for (int dy = -1; dy <= 1; dy++) {
            for (int dx = -1; dx <= 1; dx++) {
              sum += original[image.at(channel, y + dy, x + dx)];
            }
          }
          int at = image.at(channel, y, x);
          float smooth = sum / 13;
          image.pixels()[at] = smooth + factor * (original[at] - smooth);
        }
      }
    }
  }

  /// @param bits of eight that are lost
  private static void posterise(Image image, int bits) {
    float[] pixels = image.pixels();
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (level(pixels[i]) >> bits << bits) / (float) (LEVELS - 1);
    }
  }

  private static void solarise(Image image, float threshold) {
    float[] pixels = image.pixels();
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = pixels[i] >= threshold ? 1 - pixels[i] : pixels[i];
    }
  }

  private static void autoContrast(Image image) {
    for (int channel = 0; channel < image.channels(); channel++) {
      float least = Float.POSITIVE_INFINITY;
      float most = Float.NEGATIVE_INFINITY;
      for (int i = 0; i < places(image); i++) {
        float pixel = image.pixels()[at(image, channel, i)];
        least = Math.min(least, pixel);
        most = Math.max(most, pixel);
      }
      if (most > least) {
        for (int i = 0; i < places(image); i++) {
          int at = at(image, channel, i);
          image.pixels()[at] = (image.pixels()[at] - least) / (most - least);
        }
      }
    }
  }

  /// Each level becomes its rank.
  private static void equalise(Image image) {
    for (int channel = 0; channel < image.channels(); channel++) {
      int[] counts = new int[LEVELS];
      for (int i = 0; i < places(image); i++) {
        counts[level(image.pixels()[at(image, channel, i)])]++;
      }
      int lowest = 0;
      while (counts[lowest] == 0) {
        lowest++;
      }
      int others = places(image) - counts[lowest];
      if (others > 0) {
        float[] ranks = new float[LEVELS];
        int below = 0;
        for (int level = lowest + 1; level < LEVELS; level++) {
          below += counts[level];
          ranks[level] = below / (float) others;
        }
        for (int i = 0; i < places(image); i++) {
          int at = at(image, channel, i);
          image.pixels()[at] = ranks[level(image.pixels()[at])];
        }
      }
    }
  }

  private static float[] grey(Image image) {
    float[] grey = new float[places(image)];
    for (int channel = 0; channel < image.channels(); channel++) {
      float weight = image.channels() == 3 ? RED_GREEN_BLUE[channel] : 1f / image.channels();
      for (int i = 0; i < grey.length; i++) {
        grey[i] += weight * image.pixels()[at(image, channel, i)];
      }
    }
    return grey;
  }

  private static int places(Image image) {
    return image.height() * image.width();
  }

  private static int at(Image image, int channel, int place) {
    return image.at(channel, place / image.width(), place % image.width());
  }

  private static int level(float pixel) {
    return Math.clamp(Math.round(pixel * (LEVELS - 1)), 0, LEVELS - 1);
  }

  private static void clamp(Image image) {
    float[] pixels = image.pixels();
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = Math.clamp(pixels[i], 0f, 1f);
    }
  }
}
