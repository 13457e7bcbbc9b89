package dev.stockpot.eval;

/// The Matthews correlation coefficient, for any number of classes: with `s` examples of which `c`
/// are right, of class `k` in truth `tₖ` and predicted `pₖ`,
///
///     (c·s − Σ pₖtₖ) / sqrt((s² − Σ pₖ²)·(s² − Σ tₖ²))
///
/// and 0 where that is 0/0: if all predictions, or all labels, are the same.
///
/// @see <a href="https://doi.org/10.1016/j.compbiolchem.2004.09.006">Gorodkin 2004</a>
public record Matthews() implements ConfusionMetric {

  @Override
  public String name() {
    return "matthews";
  }

  @Override
  public double of(Confusion confusion) {
    double s = confusion.examples();
    double right = 0;
    double both = 0;
    double predicted = 0;
    double actual = 0;
    for (int label = 0; label < confusion.classes(); label++) {
      double p = confusion.predicted()[label];
      double t = confusion.actual()[label];
      right += confusion.correct()[label];
      both += p * t;
      predicted += p * p;
      actual += t * t;
    }
    double spread = (s * s - predicted) * (s * s - actual);
    return spread == 0 ? 0 : (right * s - both) / Math.sqrt(spread);
  }
}
