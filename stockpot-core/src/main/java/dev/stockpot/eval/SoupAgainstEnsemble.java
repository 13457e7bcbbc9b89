package dev.stockpot.eval;

/// How much worse the soup of two models is than their ensemble, measured, and approximated from
/// the curvature of the loss between them and from their disagreement:
///
///     L_soup − L_ens ≈ α(1−α)/2 · (−d²L_soup/dα² + β² · mean over x of Var_{Y~p(x)}[Δf_Y(x)])
///
/// where the soup is θ_α = (1−α)θ₀ + αθ₁, the ensemble's logits are (1−α)f(x;θ₀) + αf(x;θ₁),
/// Δf = f(x;θ₁) − f(x;θ₀), L is the mean cross-entropy of β times the logits, p(x) the softmax of
/// β f(x;θ_α), and β calibrates the soup.
///
/// @param alpha share of the second model
/// @param beta factor of all logits
/// @param approximated the right side
/// @param measured the left side
/// @param error by how much larger the share of errors is
/// @see <a href="https://arxiv.org/abs/2203.05482">Wortsman et al. 2022, section 4</a>
public record SoupAgainstEnsemble(
    double alpha, double beta, double approximated, double measured, double error) {

  /// Logits of models on the line from the first to the second, all of one shape.
  ///
  /// @param first f(x; θ₀)
  /// @param below f(x; θ_α−h)
  /// @param soup f(x; θ_α)
  /// @param above f(x; θ_α+h)
  /// @param second f(x; θ₁)
  public record Line(
      Predictions first,
      Predictions below,
      Predictions soup,
      Predictions above,
      Predictions second) {}

  /// Logits before they are rounded to float32.
  private interface Logits {
    double at(int example, int label);
  }

  /// Compares.
  ///
  /// @param alpha from 0 to 1
  /// @param step h, by which the second derivative is taken: its error is of the order of h²
  /// @param labels one per example, each below the number of classes
  /// @return NaN in all but `alpha` if a logit is not finite
  public static SoupAgainstEnsemble of(double alpha, double step, Line line, int[] labels) {
    int width = line.soup().width();
    double beta = Calibration.factor(line.soup(), labels);
    double soup = loss(line.soup()::at, width, labels, beta);
    double curvature =
        (loss(line.below()::at, width, labels, beta)
                - 2 * soup
                + loss(line.above()::at, width, labels, beta))
            / (step * step);
    Logits ensemble =
        (example, label) ->
            (1 - alpha) * line.first().at(example, label)
                + alpha * line.second().at(example, label);
    double approximated =
        alpha * (1 - alpha) / 2 * (-curvature + beta * beta * disagreement(line, beta));
    int wrong = wrong(line.soup()::at, width, labels) - wrong(ensemble, width, labels);
    return new SoupAgainstEnsemble(
        alpha,
        beta,
        approximated,
        soup - loss(ensemble, width, labels, beta),
        Double.isNaN(beta) ? Double.NaN : (double) wrong / labels.length);
  }

  /// The mean cross-entropy.
  private static double loss(Logits logits, int width, int[] labels, double beta) {
    double sum = 0;
    for (int example = 0; example < labels.length; example++) {
      double largest = Double.NEGATIVE_INFINITY;
      for (int label = 0; label < width; label++) {
        largest = Math.max(largest, logits.at(example, label));
      }
      double weights = 0;
      for (int label = 0; label < width; label++) {
        weights += StrictMath.exp(beta * (logits.at(example, label) - largest));
      }
      sum += StrictMath.log(weights) - beta * (logits.at(example, labels[example]) - largest);
    }
    return sum / labels.length;
  }

  /// The mean over examples of the variance of the two models' difference under what the soup
  /// predicts.
  private static double disagreement(Line line, double beta) {
    double sum = 0;
    for (int example = 0; example < line.soup().examples(); example++) {
      double[] shares = shares(line.soup(), example, beta);
      double mean = 0;
      for (int label = 0; label < shares.length; label++) {
        mean += shares[label] * difference(line, example, label);
      }
      for (int label = 0; label < shares.length; label++) {
        double off = difference(line, example, label) - mean;
        sum += shares[label] * off * off;
      }
    }
    return sum / line.soup().examples();
  }

  /// The softmax of β times an example's logits.
  private static double[] shares(Predictions logits, int example, double beta) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int label = 0; label < logits.width(); label++) {
      largest = Math.max(largest, logits.at(example, label));
    }
    double[] shares = new double[logits.width()];
    double sum = 0;
    for (int label = 0; label < shares.length; label++) {
      shares[label] = StrictMath.exp(beta * (logits.at(example, label) - largest));
      sum += shares[label];
    }
    for (int label = 0; label < shares.length; label++) {
      shares[label] /= sum;
    }
    return shares;
  }

  private static double difference(Line line, int example, int label) {
    return (double) line.second().at(example, label) - line.first().at(example, label);
  }

  /// How many examples are not classified correctly; of equal logits the first counts.
  private static int wrong(Logits logits, int width, int[] labels) {
    int wrong = 0;
    for (int example = 0; example < labels.length; example++) {
      int best = 0;
      for (int label = 1; label < width; label++) {
        best = logits.at(example, label) > logits.at(example, best) ? label : best;
      }
      wrong += best == labels[example] ? 0 : 1;
    }
    return wrong;
  }
}
