package dev.stockpot.internal.image;

/// The weight of a pixel by its distance from the place that is asked for.
public enum ResampleFilter {
  /// A triangle.
  BILINEAR(1) {
    @Override
    double weight(double distance) {
      return Math.max(0, 1 - Math.abs(distance));
    }
  },
  /// Keys' cubic convolution with `a = −1/2`.
  ///
  /// @see <a href="https://doi.org/10.1109/TASSP.1981.1163711">Keys 1981</a>
  BICUBIC(2) {
    @Override
    double weight(double distance) {
      double x = Math.abs(distance);
      if (x < 1) {
        return (1.5 * x - 2.5) * x * x + 1;
      }
      return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
    }
  };

  private final int support;

  ResampleFilter(int support) {
    this.support = support;
  }

  /// Distance from which on the weight is 0.
  int support() {
    return support;
  }

  /// Weight at a distance, in pixels of the smaller grid.
  abstract double weight(double distance);
}
