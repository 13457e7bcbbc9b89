package dev.stockpot.eval;

/// The mean over examples of the squared distance between the probabilities and the label's one-hot
/// vector, `Σ (p − y)²`: from 0 to 2.
///
/// This is Brier's own. What is often printed for two classes, `(p₁ − y)²`, is half of it.
///
/// @see <a href="https://doi.org/10.1175/1520-0493(1950)078%3C0001:VOFEIT%3E2.0.CO;2">Brier
///   1950</a>
public record Brier() implements MeanMetric {

  @Override
  public String name() {
    return "brier";
  }

  @Override
  public boolean higherIsBetter() {
    return false;
  }

  @Override
  public boolean fits(Targets targets) {
    return targets instanceof Targets.Classes;
  }

  @Override
  public double[] perExample(Predictions predictions, Targets targets) {
    int[] labels = ((Targets.Classes) targets).labels();
    double[] each = new double[predictions.examples()];
    for (int example = 0; example < each.length; example++) {
      double logSumExp = Softmax.logSumExp(predictions, example);
      for (int label = 0; label < predictions.width(); label++) {
        double distance =
            Softmax.probability(predictions, example, label, logSumExp)
                - (label == labels[example] ? 1 : 0);
        each[example] += distance * distance;
      }
    }
    return each;
  }

  @Override
  public double best() {
    return 0;
  }
}
