package dev.stockpot.statistics;

import java.util.Optional;

/// The line through accuracies in and out of distribution, both on the logit axis, where models
/// that are trained alike are found to lie on one.
///
/// @param slope of logit(shifted) over logit(in-distribution)
/// @param intercept at an in-distribution accuracy of one half
/// @see <a href="https://arxiv.org/abs/2007.00644">Taori et al. 2020, section 2</a>
/// @see <a href="https://arxiv.org/abs/2107.04649">Miller et al. 2021</a>
public record LogitLine(double slope, double intercept) {

  /// Accuracies of 0 and 1, whose logits are infinite, are moved inside by this.
  private static final double EDGE = 1e-4;

  /// The least-squares line.
  ///
  /// @param id in-distribution accuracies, in `[0, 1]`
  /// @param shifted accuracies of the same models under a shift
  /// @return absent for fewer than three models, and for models that are all equally good
  /// @throws IllegalArgumentException unless there are equally many of both
  public static Optional<LogitLine> fit(double[] id, double[] shifted) {
    if (id.length != shifted.length) {
      throw new IllegalArgumentException(id.length + " and " + shifted.length + " accuracies");
    }
    double meanX = 0;
    double meanY = 0;
    for (int i = 0; i < id.length; i++) {
      meanX += logit(id[i]) / id.length;
      meanY += logit(shifted[i]) / id.length;
    }
    double squares = 0;
    double products = 0;
    for (int i = 0; i < id.length; i++) {
      double x = logit(id[i]) - meanX;
      squares += x * x;
      products += x * (logit(shifted[i]) - meanY);
    }
    if (id.length < 3 || squares < 1e-12) {
      return Optional.empty();
    }
    double slope = products / squares;
    return Optional.of(new LogitLine(slope, meanY - slope * meanX));
  }

  /// The accuracy under the shift that the line foretells.
  public double at(double id) {
    return 1 / (1 + StrictMath.exp(-(intercept + slope * logit(id))));
  }

  /// Effective robustness: by how much the accuracy under the shift exceeds what the line
  /// foretells.
  public double robustness(double id, double shifted) {
    return shifted - at(id);
  }

  private static double logit(double accuracy) {
    double inside = Math.clamp(accuracy, EDGE, 1 - EDGE);
    return StrictMath.log(inside / (1 - inside));
  }
}
