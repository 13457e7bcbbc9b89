package dev.stockpot.eval;

/// The unweighted mean of F1 over the classes that occur among the labels or the predictions, as
/// scikit-learn has it: `2·TP / (2·TP + FP + FN)`, 0 for a class of which nothing is right.
public record MacroF1() implements ConfusionMetric {

  @Override
  public String name() {
    return "macro-f1";
  }

  @Override
  public double of(Confusion confusion) {
    double sum = 0;
    int occurring = 0;
    for (int label = 0; label < confusion.classes(); label++) {
      if (confusion.occurs(label)) {
        sum += confusion.f1(label);
        occurring++;
      }
    }
    return sum / occurring;
  }
}
